-- Missions as a careful engineer keeps them in PostgreSQL 15 with PostGIS.
--
-- mission is narrow: what ranking reads of every candidate, and the seats. Its
-- rows are updated with every seat, so that they must be small, leave room on
-- their page (fillfactor), and have no index on what changes: such updates
-- touch no index (HOT). document is wide: what search reads.

CREATE EXTENSION postgis;
CREATE EXTENSION unaccent;

CREATE TEXT SEARCH CONFIGURATION fr (COPY = french);
ALTER TEXT SEARCH CONFIGURATION fr
	ALTER MAPPING FOR hword, hword_part, word WITH unaccent, french_stem;

CREATE TABLE mission (
	n         int PRIMARY KEY,
	at        geography(Point), -- NULL: done from anywhere
	domains   bigint NOT NULL,  -- bit b: domain b
	urgency   smallint NOT NULL, -- 0 calm, 1 normal, 2 urgent, 3 vital
	once      boolean NOT NULL,
	here      boolean NOT NULL, -- booked here
	open      boolean NOT NULL,
	skilled   boolean NOT NULL, -- asks for a skill: nobody here tells theirs
	starts    bigint,           -- Unix seconds; NULL: none
	ends      bigint,
	apply     bigint,
	created   bigint NOT NULL,
	market    text NOT NULL,    -- domain/department: fill rates are pooled
	seats     int,              -- NULL: nobody knows
	taken     int NOT NULL DEFAULT 0 CHECK (taken <= seats),
	fills     int NOT NULL DEFAULT 0, -- seats taken in 14 days
	standing  float8 NOT NULL DEFAULT 0 -- urgency, quality, congestion; 0: not to be had. See refresh.sql
) WITH (fillfactor = 70);

CREATE TABLE hold (
	id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	mission   int NOT NULL,
	volunteer text NOT NULL,
	expires   timestamptz NOT NULL,
	UNIQUE (volunteer, mission)
);

CREATE TABLE document (
	n          int PRIMARY KEY,
	words      tsvector NOT NULL, -- title: weight A, everything else: D
	domains    text[] NOT NULL,
	department text,
	remote     text NOT NULL,
	at         geography(Point),
	published  bigint NOT NULL
);

-- The best standing of each urgency: how far ranking must look.
CREATE TABLE summit (
	urgency  smallint PRIMARY KEY,
	standing float8 NOT NULL
);

-- How far the 20th nearest mission is from the centre of a cell, once asked.
CREATE UNLOGGED TABLE scale (
	cell bigint PRIMARY KEY,
	km   float8 NOT NULL -- infinite: there are fewer
);
