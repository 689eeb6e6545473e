-- The best missions around a place, exactly: affinity x distance x standing.
--
-- Distance decays from 2 km on, over a scale that is the place's own for calm
-- and normal missions and longer for urgent and vital ones. So nothing beyond
-- 2 km + scale * ln(best possible / floor) can have a score above floor. A first
-- look near by finds a floor, the score of the last place; a second looks as
-- far as that one asks for, and is final.

CREATE OR REPLACE FUNCTION scale_km(asked bigint, center geography) RETURNS float8
LANGUAGE plpgsql AS $$
DECLARE
	found float8;
BEGIN
	SELECT km INTO found FROM scale WHERE cell = asked;
	IF found IS NULL THEN
		SELECT ST_Distance(near.at, center, false) / 1000 INTO found
		FROM (SELECT at FROM mission WHERE standing > 0 AND at IS NOT NULL ORDER BY at <-> center LIMIT 1 OFFSET 19) near;
		found := coalesce(found, 'infinity');
		INSERT INTO scale VALUES (asked, found) ON CONFLICT DO NOTHING;
	END IF;
	RETURN least(25, greatest(3, 0.6 * found));
END $$;

CREATE OR REPLACE FUNCTION recommend(place geography, cell bigint, center geography, chosen bigint, adjacent bigint, most int)
RETURNS TABLE (n int, score float8, km float8)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan -- planning ST_DWithin anew takes longer than running it
AS $$
DECLARE
	usual    float8 := scale_km(cell, center);
	urgent   float8 := greatest(usual, 15);
	vital    float8 := greatest(usual, 40);
	liking   float8 := CASE WHEN chosen = 0 THEN 1 ELSE 0.8 END; -- at most
	heights  float8[] := (SELECT array_agg(s.standing * liking ORDER BY s.urgency) FROM
		(SELECT u AS urgency, coalesce(max(standing), 0) AS standing FROM generate_series(0, 3) u LEFT JOIN summit ON urgency = u GROUP BY u) s);
	heights3 float8[] := ARRAY[greatest(heights[1], heights[2]), heights[3], heights[4]];
	scales   float8[] := ARRAY[usual, urgent, vital];
	reach    float8[] := ARRAY[2 + usual / 2, 2 + urgent / 2, 2 + vital / 2]; -- km
	need     float8[];
	numbers  int[];
	scores   float8[];
	kms      float8[];
BEGIN
	LOOP
		SELECT array_agg(b.n ORDER BY b.score DESC), array_agg(b.score ORDER BY b.score DESC), array_agg(b.km ORDER BY b.score DESC)
		INTO numbers, scores, kms
		FROM (
			SELECT c.n, c.km,
				CASE WHEN chosen = 0 THEN 1 WHEN c.domains & chosen <> 0 THEN 0.8 WHEN c.domains & adjacent <> 0 THEN 0.4 ELSE 0.2 END
				* exp(-greatest(0, c.km - 2) / c.scale) * c.standing AS score
			FROM (
				SELECT m.n, m.domains, m.standing, usual AS scale, ST_Distance(m.at, place, false) / 1000 AS km FROM mission m
				WHERE m.urgency <= 1 AND NOT m.skilled AND ST_DWithin(m.at, place, reach[1] * 1000, false) AND m.standing > 0 AND (m.seats IS NULL OR m.taken < m.seats)
				UNION ALL
				SELECT m.n, m.domains, m.standing, urgent, ST_Distance(m.at, place, false) / 1000 FROM mission m
				WHERE m.urgency = 2 AND NOT m.skilled AND ST_DWithin(m.at, place, reach[2] * 1000, false) AND m.standing > 0 AND (m.seats IS NULL OR m.taken < m.seats)
				UNION ALL
				SELECT m.n, m.domains, m.standing, vital, ST_Distance(m.at, place, false) / 1000 FROM mission m
				WHERE m.urgency = 3 AND NOT m.skilled AND ST_DWithin(m.at, place, reach[3] * 1000, false) AND m.standing > 0 AND (m.seats IS NULL OR m.taken < m.seats)
			) c
			ORDER BY score DESC LIMIT most
		) b;
		IF coalesce(cardinality(numbers), 0) < most THEN
			need := ARRAY[150, 150, 150]; -- no farther than anybody goes
			IF reach[1] < 40 AND reach <> need THEN -- but by steps
				need := ARRAY[least(150, 2 * reach[1] + 4), least(150, 2 * reach[2] + 4), least(150, 2 * reach[3] + 4)];
			END IF;
		ELSE
			need := ARRAY(SELECT least(150, 2 + scales[g] * greatest(0, ln(greatest(heights3[g], 1e-9) / scores[most]))) FROM generate_series(1, 3) g ORDER BY g);
		END IF;
		EXIT WHEN need[1] <= reach[1] AND need[2] <= reach[2] AND need[3] <= reach[3];
		reach := ARRAY[greatest(reach[1], need[1]), greatest(reach[2], need[2]), greatest(reach[3], need[3])];
	END LOOP;
	RETURN QUERY SELECT * FROM unnest(numbers, scores, kms);
END $$;
