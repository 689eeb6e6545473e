CREATE TEMPORARY TABLE raw (
	n int, title text, body text, domains text[], department text, remote text, published bigint, lat float8, lon float8,
	mask bigint, urgency smallint, once boolean, here boolean, open boolean, skilled boolean,
	starts bigint, ends bigint, apply bigint, created bigint, market text, seats int, taken int
)
