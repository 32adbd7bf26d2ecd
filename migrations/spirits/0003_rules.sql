-- What no writer may get wrong, whichever it is.
-- kedge: allow several-locks: the tables were made just now, and nobody uses them yet
-- kedge: allow constraint-not-valid: the tables were made just now, and have no rows to look at
-- kedge: allow index-not-concurrent: the tables were made just now, and have no rows
-- kedge: up
ALTER TABLE spirits_registry
  ADD CONSTRAINT spirits_registry_category_check
    CHECK (category IN ('engineering', 'creative', 'research', 'business', 'communication', 'life')),
  ADD CONSTRAINT spirits_registry_tier_check CHECK (tier IN ('free', 'basic', 'professional', 'premium')),
  ADD CONSTRAINT spirits_registry_price_check CHECK (price >= 0 AND (price = 0) = (tier = 'free')),
  -- A dollar is a hundred points, rounded up to full tens.
  ADD CONSTRAINT spirits_registry_points_price_check CHECK (points_price = ceil(price * 10) * 10);

ALTER TABLE spirit_bundles
  ADD CONSTRAINT spirit_bundles_spirit_ids_check CHECK (cardinality(spirit_ids) >= 2),
  ADD CONSTRAINT spirit_bundles_price_check CHECK (price > 0 AND price < list_price),
  -- The saving is what the two prices say.
  ADD CONSTRAINT spirit_bundles_saving_check CHECK (saving = round(100 * (list_price - price) / list_price));

ALTER TABLE subscription_plans
  ADD CONSTRAINT subscription_plans_tier_check CHECK (tier IN ('free', 'basic', 'professional', 'premium')),
  ADD CONSTRAINT subscription_plans_price_check
    CHECK (price_monthly >= 0 AND (price_monthly = 0) = (tier = 'free') AND price_yearly <= 12 * price_monthly),
  ADD CONSTRAINT subscription_plans_points_check CHECK (points_monthly >= 0),
  ADD CONSTRAINT subscription_plans_minions_check CHECK (minion_limit > 0);

ALTER TABLE user_points
  ADD CONSTRAINT user_points_balance_check CHECK (balance = earned - spent AND balance >= 0),
  ADD CONSTRAINT user_points_spent_check CHECK (spent >= 0 AND earned >= 0),
  ADD CONSTRAINT user_points_streak_check CHECK (streak_days >= 0);

ALTER TABLE points_transactions
  ADD CONSTRAINT points_transactions_kind_check CHECK (kind IN ('earn', 'bonus', 'spend', 'refund')),
  -- What is earned is positive, what is spent negative.
  ADD CONSTRAINT points_transactions_amount_check CHECK (amount <> 0 AND (amount < 0) = (kind = 'spend'));

ALTER TABLE user_spirit_purchases
  ADD CONSTRAINT user_spirit_purchases_status_check CHECK (status IN ('pending', 'paid', 'refunded')),
  ADD CONSTRAINT user_spirit_purchases_price_check CHECK (price >= 0),
  ADD CONSTRAINT user_spirit_purchases_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
  -- Either a spirit or a bundle.
  ADD CONSTRAINT user_spirit_purchases_what_check CHECK (num_nonnulls(spirit_id, bundle_id) = 1),
  ADD CONSTRAINT user_spirit_purchases_refund_check
    CHECK ((status = 'refunded') = (refunded_at IS NOT NULL) AND refunded_at >= purchased_at);

ALTER TABLE user_spirit_subscriptions
  ADD CONSTRAINT user_spirit_subscriptions_status_check
    CHECK (status IN ('active', 'trialing', 'past_due', 'canceled')),
  ADD CONSTRAINT user_spirit_subscriptions_period_check CHECK (period_end > period_start),
  ADD CONSTRAINT user_spirit_subscriptions_price_check CHECK (price >= 0),
  ADD CONSTRAINT user_spirit_subscriptions_email_check CHECK (billing_email = lower(btrim(billing_email)));
-- One subscription at a time.
CREATE UNIQUE INDEX user_spirit_subscriptions_one_key ON user_spirit_subscriptions (user_id)
  WHERE status <> 'canceled';

ALTER TABLE user_spirit_access
  ADD CONSTRAINT user_spirit_access_granted_by_check
    CHECK (granted_by IN ('purchase', 'bundle', 'subscription', 'points', 'gift', 'free')),
  ADD CONSTRAINT user_spirit_access_expiry_check CHECK (expires_at > granted_at);
-- A spirit is open to a user, or it isn't; not twice.
CREATE UNIQUE INDEX user_spirit_access_once_key ON user_spirit_access (user_id, spirit_id);

ALTER TABLE spirit_minions
  ADD CONSTRAINT spirit_minions_name_check CHECK (name = btrim(name) AND length(name) BETWEEN 1 AND 80),
  ADD CONSTRAINT spirit_minions_class_check
    CHECK (class IN ('generalist', 'builder', 'artist', 'scholar', 'trader', 'companion'));
-- "Bolt" and "bolt" are one name.
CREATE UNIQUE INDEX spirit_minions_name_key ON spirit_minions (user_id, lower(name));

ALTER TABLE minion_spirits
  ADD CONSTRAINT minion_spirits_slot_check CHECK (slot BETWEEN 0 AND 7);

ALTER TABLE spirit_mastery
  ADD CONSTRAINT spirit_mastery_level_check CHECK (level BETWEEN 1 AND 100),
  -- The level follows from the experience: n is reached with 100 (n - 1)², and 100 is the last.
  ADD CONSTRAINT spirit_mastery_xp_check
    CHECK (xp >= 100 * (level - 1)::bigint ^ 2 AND (level = 100 OR xp < 100 * level::bigint ^ 2));
CREATE UNIQUE INDEX spirit_mastery_once_key ON spirit_mastery (minion_id, spirit_id);

-- kedge: down
DROP INDEX spirit_mastery_once_key;
ALTER TABLE spirit_mastery DROP CONSTRAINT spirit_mastery_xp_check;
ALTER TABLE spirit_mastery DROP CONSTRAINT spirit_mastery_level_check;
ALTER TABLE minion_spirits DROP CONSTRAINT minion_spirits_slot_check;
DROP INDEX spirit_minions_name_key;
ALTER TABLE spirit_minions DROP CONSTRAINT spirit_minions_class_check;
ALTER TABLE spirit_minions DROP CONSTRAINT spirit_minions_name_check;
DROP INDEX user_spirit_access_once_key;
ALTER TABLE user_spirit_access DROP CONSTRAINT user_spirit_access_expiry_check;
ALTER TABLE user_spirit_access DROP CONSTRAINT user_spirit_access_granted_by_check;
DROP INDEX user_spirit_subscriptions_one_key;
ALTER TABLE user_spirit_subscriptions DROP CONSTRAINT user_spirit_subscriptions_email_check;
ALTER TABLE user_spirit_subscriptions DROP CONSTRAINT user_spirit_subscriptions_price_check;
ALTER TABLE user_spirit_subscriptions DROP CONSTRAINT user_spirit_subscriptions_period_check;
ALTER TABLE user_spirit_subscriptions DROP CONSTRAINT user_spirit_subscriptions_status_check;
ALTER TABLE user_spirit_purchases DROP CONSTRAINT user_spirit_purchases_refund_check;
ALTER TABLE user_spirit_purchases DROP CONSTRAINT user_spirit_purchases_what_check;
ALTER TABLE user_spirit_purchases DROP CONSTRAINT user_spirit_purchases_currency_check;
ALTER TABLE user_spirit_purchases DROP CONSTRAINT user_spirit_purchases_price_check;
ALTER TABLE user_spirit_purchases DROP CONSTRAINT user_spirit_purchases_status_check;
ALTER TABLE points_transactions DROP CONSTRAINT points_transactions_amount_check;
ALTER TABLE points_transactions DROP CONSTRAINT points_transactions_kind_check;
ALTER TABLE user_points DROP CONSTRAINT user_points_streak_check;
ALTER TABLE user_points DROP CONSTRAINT user_points_spent_check;
ALTER TABLE user_points DROP CONSTRAINT user_points_balance_check;
ALTER TABLE subscription_plans DROP CONSTRAINT subscription_plans_minions_check;
ALTER TABLE subscription_plans DROP CONSTRAINT subscription_plans_points_check;
ALTER TABLE subscription_plans DROP CONSTRAINT subscription_plans_price_check;
ALTER TABLE subscription_plans DROP CONSTRAINT subscription_plans_tier_check;
ALTER TABLE spirit_bundles DROP CONSTRAINT spirit_bundles_saving_check;
ALTER TABLE spirit_bundles DROP CONSTRAINT spirit_bundles_price_check;
ALTER TABLE spirit_bundles DROP CONSTRAINT spirit_bundles_spirit_ids_check;
ALTER TABLE spirits_registry DROP CONSTRAINT spirits_registry_points_price_check;
ALTER TABLE spirits_registry DROP CONSTRAINT spirits_registry_price_check;
ALTER TABLE spirits_registry DROP CONSTRAINT spirits_registry_tier_check;
ALTER TABLE spirits_registry DROP CONSTRAINT spirits_registry_category_check;
