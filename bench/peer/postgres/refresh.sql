-- The job of every minute: how each mission stands with everybody (section 5
-- of the design: urgency, quality and congestion to their weights). Ranking
-- reads it from the row; that a mission has a seat it reads as it is now.

-- E[(seats - N)+] for N Poisson: the seats expected to stay empty.
CREATE OR REPLACE FUNCTION expected_empty(seats int, mean float8) RETURNS float8
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
	weight float8 := exp(-mean);
	total  float8 := 0;
BEGIN
	FOR n IN 0 .. seats - 1 LOOP
		total := total + (seats - n) * weight;
		weight := weight * mean / (n + 1);
		EXIT WHEN n > mean AND weight < 1e-30; -- what follows weighs nothing
	END LOOP;
	RETURN total;
END $$;

CREATE OR REPLACE FUNCTION refresh(now bigint) RETURNS void LANGUAGE sql AS $$
	WITH exposed AS (
		SELECT n, market, fills, least(14, greatest(0, (now - created) / 86400.0::float8)) AS days FROM mission
	), rate AS (
		SELECT market, (0.3 * 30 + sum(fills)) / (30 + sum(days)) AS per_day FROM exposed GROUP BY market
	), median AS (
		SELECT coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY taken::float8 / seats), 0) AS fill
		FROM mission WHERE here AND open AND seats > taken
	), facts AS (
		SELECT m.n,
			coalesce(m.seats - m.taken, 1) AS free,
			(rate.per_day * 7 + e.fills) / (7 + e.days) AS per_day,
			least((ARRAY[60, 14, 2, 0.5])[m.urgency + 1],
				CASE WHEN m.apply > now THEN (m.apply - now) / 86400.0 END,
				CASE WHEN m.ends > now THEN (m.ends - now) / 86400.0 END,
				CASE WHEN m.once AND m.starts > now THEN (m.starts - now) / 86400.0 END)::float8 AS days_left,
			(ARRAY[0, 1, 3, 8])[m.urgency + 1] AS boost,
			CASE WHEN m.seats IS NULL OR NOT m.here THEN greatest(median.fill, coalesce(m.taken::float8 / nullif(m.seats, 0), 0))
				ELSE m.taken::float8 / m.seats END AS fill,
			m.open AND coalesce(m.seats > m.taken, true) AND coalesce(m.ends >= now, true) AND coalesce(m.apply >= now, true) AS available
		FROM mission m JOIN exposed e USING (n) JOIN rate ON rate.market = m.market CROSS JOIN median
	)
	UPDATE mission m SET standing = CASE WHEN f.available THEN
		power(1 + f.boost * expected_empty(f.free, f.per_day * f.days_left) / f.free, 0.7)
		* power(0.8, 0.3) -- of organisations without a record: Beta(8, 2)
		* power((1 - exp(f.fill - 1)) / (1 - exp(-1)), 0.25)
		ELSE 0 END
	FROM facts f WHERE f.n = m.n;

	TRUNCATE summit;
	INSERT INTO summit SELECT urgency, max(standing) FROM mission WHERE NOT skilled GROUP BY urgency;
	TRUNCATE scale;
$$;
