#!lua name=rostrum_compare
-- The exchange's rule as one function: increments, hidden maximum, reserve, tie to the earlier.
-- Amounts are minor units, exact in a double; 0 stands for none. Lines that end in `-- history` are
-- left out by `--no-history`.

-- What bids change, then what they do not: a bid writes only the former.
local CHANGING = '<i8i8i8i4'
local LAYOUT = CHANGING .. 'i8i8i8i8i8I2I1I1I1'
local ROW = '<i4i1i1i8i8i8i8i8'
local GREATEST = 999999999999

local function tiers(limits, increments)
  return function(price)
    for i = 1, #limits do
      if price < limits[i] then return increments[i] end
    end
    return increments[#increments]
  end
end

local INCREMENTS = {
  [1] = tiers({100, 500, 2500, 10000, 50000, 100000, 500000, 2500000},
    {25, 50, 100, 250, 500, 1000, 2500, 5000, 10000}),
  [2] = tiers({100, 500, 2500, 10000, 25000, 50000, 100000, 250000, 500000},
    {5, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000}),
  [3] = tiers({100, 500, 1500, 6000, 15000, 30000, 60000, 150000, 300000},
    {5, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000}),
  [255] = function() return 1 end,
}

-- Microseconds since the epoch.
local function now()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- KEYS: the auction. ARGV: seller, start, reserve, opens in ms, ends in ms, increments, currency,
-- whether the opening price under an unmet reserve is the maximum, whether it is cancelled.
redis.register_function('create_auction', function(keys, args)
  local n = {}
  for i = 1, #args do n[i] = tonumber(args[i]) end
  local opens, ends = now() + n[4] * 1000, now() + n[5] * 1000
  return redis.call('SET', keys[1], struct.pack(LAYOUT, 0, 0, 0, 0,
    n[1], n[2], n[3], opens, ends, n[7], n[6], n[8], n[9]))
end)

-- The rule: code, outcome, price, leader, maximum, rows.
local function decide(bidder, amount, exact, price, leader, maximum, rows, start, reserve, shows, inc)
  if leader == 0 then
    if amount < start then return 5, 0, price, leader, maximum, rows end
    local opening = start
    if exact then
      opening = amount
    elseif reserve > 0 and amount >= reserve then
      opening = reserve
    elseif reserve > 0 and shows then
      opening = amount
    end
    return 0, 0, opening, bidder, amount, 1
  end
  if leader == bidder then
    if exact then return 20, 0, price, leader, maximum, rows end
    if amount <= maximum then return 6, 0, price, leader, maximum, rows end
    -- At a reserve that is met the leader's proxy moves by itself, for all to see.
    if price < reserve and amount >= reserve then return 0, 2, reserve, leader, amount, rows + 1 end
    return 0, 2, price, leader, amount, rows
  end
  if amount < price + inc(price) then return 5, 0, price, leader, maximum, rows end
  if amount > maximum then
    local topped = exact and amount or math.min(amount, maximum + inc(maximum))
    if price < reserve and amount >= reserve and topped < reserve then topped = reserve end
    return 0, 0, topped, bidder, amount, rows + 1
  end
  return 0, 1, math.min(maximum, amount + inc(amount)), leader, maximum, rows + 2
end

-- KEYS: the auction, its history. ARGV: bidder, amount, 1 if that is exact, currency.
-- Returns code, outcome, price, least next bid, leader, public rows.
redis.register_function('place_bid', function(keys, args)
  local packed = redis.call('GET', keys[1])
  if not packed then return {1, 0, 0, 0, 0, 0} end
  local price, leader, maximum, rows, seller, start, reserve, opens, ends, currency, increments,
    shows, cancelled = struct.unpack(LAYOUT, packed)
  local bidder, amount, exact = tonumber(args[1]), tonumber(args[2]), args[3] == '1'
  local time = now()
  local code = 0
  if cancelled == 1 then code = 4
  elseif time < opens then code = 2
  elseif time >= ends then code = 3
  elseif bidder == seller then code = 7
  elseif tonumber(args[4]) ~= currency then code = 11
  elseif amount < 1 or amount > GREATEST then code = 17 end
  if code ~= 0 then return {code, 0, 0, 0, 0, 0} end

  local inc = INCREMENTS[increments]
  local outcome
  local rows_before = rows
  code, outcome, price, leader, maximum, rows = decide(bidder, amount, exact, price, leader,
    maximum, rows, start, reserve, shows == 1, inc)
  local next = leader == 0 and start or price + inc(price)
  if code ~= 0 then return {code, outcome, price, next, leader, rows} end

  redis.call('SETRANGE', keys[1], 0, struct.pack(CHANGING, price, leader, maximum, rows))
  if outcome == 0 then -- history
    redis.call('RPUSH', keys[2], -- history
      struct.pack(ROW, rows, args[3], 0, bidder, amount, price, leader, time)) -- history
  elseif outcome == 1 then -- history
    redis.call('RPUSH', keys[2], -- history
      struct.pack(ROW, rows - 1, args[3], 0, bidder, amount, price, leader, time), -- history
      struct.pack(ROW, rows, 0, 1, leader, price, price, leader, time)) -- history
  elseif rows > rows_before then -- history
    redis.call('RPUSH', keys[2], -- history
      struct.pack(ROW, rows, 0, 1, leader, price, price, leader, time)) -- history
  end -- history
  return {code, outcome, price, next, leader, rows}
end)
