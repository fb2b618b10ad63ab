-- The exchange's rule as one function: increments, hidden maximum, reserve, tie to the earlier.
-- Amounts are minor units; 0 stands for none. Lines that end in `-- history` are left out by
-- `--no-history`.
CREATE TABLE auction (
  id bigint PRIMARY KEY,
  seller bigint NOT NULL,
  start_price bigint NOT NULL,
  reserve bigint NOT NULL,
  opens_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  increments smallint NOT NULL,
  currency smallint NOT NULL,
  shows_maximum boolean NOT NULL,
  is_cancelled boolean NOT NULL,
  -- What bids change stands last and together: the log then holds little more than this.
  bid_count integer NOT NULL DEFAULT 0,
  price bigint NOT NULL DEFAULT 0,
  maximum bigint NOT NULL DEFAULT 0,
  leader bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE bid (
  auction bigint NOT NULL,
  row_number integer NOT NULL,
  is_exact boolean NOT NULL,
  is_automatic boolean NOT NULL,
  bidder bigint NOT NULL,
  amount bigint NOT NULL,
  price_after bigint NOT NULL,
  leader_after bigint NOT NULL,
  placed_at timestamptz NOT NULL,
  PRIMARY KEY (auction, row_number)
);

-- Tables 1 standard, 2 ebay-us, 3 ebay-uk, 255 one cent.
CREATE FUNCTION increment_at(increments smallint, price bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE increments
    WHEN 1 THEN CASE
      WHEN price < 100 THEN 25 WHEN price < 500 THEN 50 WHEN price < 2500 THEN 100
      WHEN price < 10000 THEN 250 WHEN price < 50000 THEN 500 WHEN price < 100000 THEN 1000
      WHEN price < 500000 THEN 2500 WHEN price < 2500000 THEN 5000 ELSE 10000 END
    WHEN 2 THEN CASE
      WHEN price < 100 THEN 5 WHEN price < 500 THEN 25 WHEN price < 2500 THEN 50
      WHEN price < 10000 THEN 100 WHEN price < 25000 THEN 250 WHEN price < 50000 THEN 500
      WHEN price < 100000 THEN 1000 WHEN price < 250000 THEN 2500
      WHEN price < 500000 THEN 5000 ELSE 10000 END
    WHEN 3 THEN CASE
      WHEN price < 100 THEN 5 WHEN price < 500 THEN 20 WHEN price < 1500 THEN 50
      WHEN price < 6000 THEN 100 WHEN price < 15000 THEN 200 WHEN price < 30000 THEN 500
      WHEN price < 60000 THEN 1000 WHEN price < 150000 THEN 2000
      WHEN price < 300000 THEN 5000 ELSE 10000 END
    ELSE 1 END::bigint
$$;

CREATE FUNCTION place_bid(
  the_auction bigint, the_bidder bigint, the_amount bigint, the_exact boolean,
  the_currency smallint,
  OUT code smallint, OUT outcome smallint, OUT price bigint, OUT min_next bigint, OUT leader bigint,
  OUT bid_count integer
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  a auction;
  now_time timestamptz;
BEGIN
  code := 0;
  outcome := 0;
  SELECT * INTO a FROM auction WHERE id = the_auction FOR NO KEY UPDATE;
  now_time := clock_timestamp();
  code := CASE
    WHEN a.id IS NULL THEN 1
    WHEN a.is_cancelled THEN 4
    WHEN now_time < a.opens_at THEN 2
    WHEN now_time >= a.ends_at THEN 3
    WHEN the_bidder = a.seller THEN 7
    WHEN the_currency <> a.currency THEN 11
    WHEN the_amount < 1 OR the_amount > 999999999999 THEN 17
    ELSE 0 END;
  IF code <> 0 THEN
    RETURN;
  END IF;

  IF a.leader = 0 THEN
    IF the_amount < a.start_price THEN
      code := 5;
    ELSE
      a.price := CASE
        WHEN the_exact THEN the_amount
        WHEN a.reserve > 0 AND the_amount >= a.reserve THEN a.reserve
        WHEN a.reserve > 0 AND a.shows_maximum THEN the_amount
        ELSE a.start_price END;
      a.leader := the_bidder;
      a.maximum := the_amount;
      a.bid_count := 1;
    END IF;
  ELSIF a.leader = the_bidder THEN
    IF the_exact THEN
      code := 20;
    ELSIF the_amount <= a.maximum THEN
      code := 6;
    ELSE
      outcome := 2;
      a.maximum := the_amount;
      IF a.price < a.reserve AND the_amount >= a.reserve THEN
        -- The leader's proxy moves by itself, for all to see.
        a.price := a.reserve;
        a.bid_count := a.bid_count + 1;
        INSERT INTO bid VALUES (the_auction, a.bid_count, false, true, -- history
          the_bidder, a.price, a.price, the_bidder, now_time); -- history
      END IF;
    END IF;
  ELSIF the_amount < a.price + increment_at(a.increments, a.price) THEN
    code := 5;
  ELSIF the_amount > a.maximum THEN
    IF the_exact THEN
      price := the_amount;
    ELSE
      price := least(the_amount, a.maximum + increment_at(a.increments, a.maximum));
    END IF;
    IF a.price < a.reserve AND the_amount >= a.reserve THEN
      price := greatest(price, a.reserve);
    END IF;
    a.price := price;
    a.leader := the_bidder;
    a.maximum := the_amount;
    a.bid_count := a.bid_count + 1;
  ELSE
    outcome := 1;
    a.price := least(a.maximum, the_amount + increment_at(a.increments, the_amount));
    a.bid_count := a.bid_count + 2;
  END IF;

  price := a.price;
  min_next := CASE
    WHEN a.leader = 0 THEN a.start_price
    ELSE a.price + increment_at(a.increments, a.price) END;
  leader := a.leader;
  bid_count := a.bid_count;
  IF code <> 0 THEN
    RETURN;
  END IF;

  UPDATE auction
    SET price = a.price, maximum = a.maximum, leader = a.leader, bid_count = a.bid_count
    WHERE id = the_auction;
  IF outcome = 0 THEN -- history
    INSERT INTO bid VALUES (the_auction, a.bid_count, the_exact, false, -- history
      the_bidder, the_amount, a.price, a.leader, now_time); -- history
  ELSIF outcome = 1 THEN -- history
    INSERT INTO bid VALUES -- history
      (the_auction, a.bid_count - 1, the_exact, false, -- history
        the_bidder, the_amount, a.price, a.leader, now_time), -- history
      (the_auction, a.bid_count, false, true, -- history
        a.leader, a.price, a.price, a.leader, now_time); -- history
  END IF; -- history
END
$$;
