-- What the application reads: page by page, and for one user or minion.
-- kedge: allow several-locks: the tables were made just now, and nobody uses them yet
-- kedge: allow index-not-concurrent: the tables were made just now, and have no rows
-- kedge: up
-- A user's points, the latest first, however deep the page.
CREATE INDEX points_transactions_of_user ON points_transactions (user_id, created_at, id);
-- The order of all users by points.
CREATE INDEX user_points_by_balance ON user_points (balance DESC, user_id);
CREATE INDEX user_spirit_purchases_of_user ON user_spirit_purchases (user_id, purchased_at, id);
-- What is bought, month by month.
CREATE INDEX user_spirit_purchases_by_time ON user_spirit_purchases (purchased_at, id) WHERE status = 'paid';
-- Subscriptions whose period ends next, for the renewals of the night.
CREATE INDEX user_spirit_subscriptions_due ON user_spirit_subscriptions (period_end, id) WHERE status <> 'canceled';
-- Access that runs out.
CREATE INDEX user_spirit_access_expiring ON user_spirit_access (expires_at, id) WHERE expires_at IS NOT NULL;
CREATE INDEX spirit_minions_of_user ON spirit_minions (user_id, created_at, id);
-- The best with a spirit.
CREATE INDEX spirit_mastery_best ON spirit_mastery (spirit_id, xp DESC, id);
CREATE INDEX tools_registry_by_category ON tools_registry (category, name) WHERE is_enabled;

-- kedge: down
DROP INDEX tools_registry_by_category;
DROP INDEX spirit_mastery_best;
DROP INDEX spirit_minions_of_user;
DROP INDEX user_spirit_access_expiring;
DROP INDEX user_spirit_subscriptions_due;
DROP INDEX user_spirit_purchases_by_time;
DROP INDEX user_spirit_purchases_of_user;
DROP INDEX user_points_by_balance;
DROP INDEX points_transactions_of_user;
