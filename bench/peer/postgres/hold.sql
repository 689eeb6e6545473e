-- One seat, or none: the guard and the hold in one statement, which is one
-- transaction and one round trip. No row: the mission is full.
WITH seat AS (
	UPDATE mission SET taken = taken + 1, fills = fills + 1 WHERE n = $1 AND taken < seats RETURNING n
)
INSERT INTO hold (mission, volunteer, expires) SELECT n, $2, now() + interval '8 minutes' FROM seat RETURNING id
