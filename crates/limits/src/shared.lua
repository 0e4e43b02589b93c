-- One request of a key: reads the moment at which its debt is paid, decides, and writes the new one. gcra.rs says the
-- same in Rust. The time is that of this server: the clocks of those who ask differ, and the one that is ahead would give
-- back debts that the others still count.
local interval, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local paid = tonumber(redis.call('GET', KEYS[1]) or 0) or 0
local debt = math.min(math.max(paid - now, 0), window)
if debt + interval > window then
	return { 0, debt }
end
debt = debt + interval
redis.call('SET', KEYS[1], string.format('%.0f', now + debt), 'PX', math.ceil(debt / 1000))
return { 1, debt }
