-- One seat, or none. KEYS: nothing outside this Redis knows them; ARGV: the
-- mission, the volunteer, seconds until the hold expires. Gives 1 for a seat, 0
-- where there is none. A script runs alone, so that guard and hold are one.
local mission, volunteer = ARGV[1], ARGV[2]
local hold = 'hold:' .. mission
if redis.call('ZSCORE', hold, volunteer) then
	return 1 -- they have it already
end
if tonumber(redis.call('HGET', 'free', mission) or '0') < 1 then
	return 0
end
local free = redis.call('HINCRBY', 'free', mission, -1)
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', hold, now + tonumber(ARGV[3]), volunteer) -- by when it expires
if free == 0 then -- who is full is found no more
	redis.call('ZREM', 'geo:usual', mission)
	redis.call('ZREM', 'geo:urgent', mission)
	redis.call('ZREM', 'geo:vital', mission)
end
return 1
