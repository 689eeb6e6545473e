-- Missions come by COPY into raw, and from there into their tables.
INSERT INTO mission (n, at, domains, urgency, once, here, open, skilled, starts, ends, apply, created, market, seats, taken)
SELECT n, ST_MakePoint(lon, lat)::geography, mask, urgency, once, here, open, skilled, nullif(starts, 0), nullif(ends, 0), nullif(apply, 0),
	created, market, seats, taken
FROM raw ORDER BY n;

INSERT INTO document
SELECT n, setweight(to_tsvector('fr', title), 'A') || setweight(to_tsvector('fr', body), 'D'),
	domains, department, remote, ST_MakePoint(lon, lat)::geography, published
FROM raw ORDER BY n;
