-- After loading, as one does. Ranking walks urgencies apart, because each has
-- its own scale of distance: one index for each.
CREATE INDEX ON mission USING gist (at) WHERE urgency <= 1 AND NOT skilled;
CREATE INDEX ON mission USING gist (at) WHERE urgency = 2 AND NOT skilled;
CREATE INDEX ON mission USING gist (at) WHERE urgency = 3 AND NOT skilled;
CREATE INDEX ON mission USING gist (at);

CREATE INDEX ON document USING gin (words) WITH (fastupdate = off);
CREATE INDEX ON document USING gin (domains) WITH (fastupdate = off);
CREATE INDEX ON document USING gist (at);
CREATE INDEX ON document (department, published DESC);
CREATE INDEX ON document (published DESC);
CREATE INDEX ON document (n) WHERE remote = 'full';

VACUUM (ANALYZE) mission;
VACUUM (ANALYZE) document;
