-- The best missions around a place, exactly: affinity x distance x standing.
--
-- ARGV: lon, lat, cell, lon and lat of its centre, bits of the domains chosen,
-- bits of those next to them, how many. Gives mission, score, mission, score...
-- Nothing beyond 2 km + scale * ln(best possible / floor) can have a score above
-- floor: a first look near by finds a floor, a second looks as far as it asks for.
--
-- Redis takes the earth for larger, and keeps places to half a metre.
local EARTH = 6371.0088 / 6372.797560856
local SETS = {'geo:usual', 'geo:urgent', 'geo:vital'}
local lon, lat, cell = ARGV[1], ARGV[2], ARGV[3]
local chosen, adjacent, most = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])

-- How far the 20th nearest mission is from the centre of the cell.
local function twentieth()
	local known = redis.call('HGET', 'scale', cell)
	if known then return tonumber(known) end
	local all = {}
	for _, key in ipairs({'geo:usual', 'geo:urgent', 'geo:vital', 'geo:skilled'}) do
		local near = redis.call('GEOSEARCH', key, 'FROMLONLAT', ARGV[4], ARGV[5], 'BYRADIUS', 150, 'km', 'ASC', 'COUNT', 20, 'WITHDIST')
		for _, m in ipairs(near) do all[#all + 1] = tonumber(m[2]) * EARTH end
	end
	table.sort(all)
	local km = all[20] or 1e9
	redis.call('HSET', 'scale', cell, tostring(km))
	return km
end

local usual = math.min(25, math.max(3, 0.6 * twentieth()))
local scales = {usual, math.max(usual, 15), math.max(usual, 40)}
local liking = chosen == 0 and 1 or 0.8 -- at most
local heights = redis.call('HMGET', 'summit', unpack(SETS))

local function affinity(domains)
	if chosen == 0 then return 1 end
	if bit.band(domains, chosen) ~= 0 then return 0.8 end
	if bit.band(domains, adjacent) ~= 0 then return 0.4 end
	return 0.2
end

-- score adds the missions of one set within a reach.
local function score(into, g, reach)
	local near = redis.call('GEOSEARCH', SETS[g], 'FROMLONLAT', lon, lat, 'BYRADIUS', reach / EARTH, 'km', 'WITHDIST')
	for first = 1, #near, 1000 do -- unpack takes only so many
		local names = {}
		for i = first, math.min(first + 999, #near) do names[#names + 1] = near[i][1] end
		local facts = redis.call('HMGET', 'facts', unpack(names))
		for i, fact in ipairs(facts) do
			local space = string.find(fact, ' ', 1, true)
			local km = tonumber(near[first + i - 1][2]) * EARTH
			into[#into + 1] = {names[i], affinity(tonumber(string.sub(fact, 1, space - 1)))
				* math.exp(-math.max(0, km - 2) / scales[g]) * tonumber(string.sub(fact, space + 1))}
		end
	end
end

local reach = {2 + scales[1] / 2, 2 + scales[2] / 2, 2 + scales[3] / 2}
local found
repeat
	found = {}
	for g = 1, 3 do score(found, g, reach[g]) end
	table.sort(found, function(a, b) return a[2] > b[2] end)
	local again = false
	for g = 1, 3 do
		local need
		if found[most] then
			need = 2 + scales[g] * math.max(0, math.log(math.max(liking * tonumber(heights[g] or 0), 1e-9) / found[most][2]))
		else
			need = reach[g] < 40 and 2 * reach[g] + 4 or 150
		end
		need = math.min(150, need)
		if need > reach[g] then reach[g], again = need, true end
	end
until not again

local page = {}
for i = 1, math.min(most, #found) do
	page[#page + 1] = found[i][1]
	page[#page + 1] = tostring(found[i][2])
end
return page
