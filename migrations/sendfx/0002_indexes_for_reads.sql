-- What the application reads often, beyond keys and references.
-- kedge: allow index-not-concurrent: the tables are empty until the backfill
-- kedge: allow several-locks: nobody uses the tables before the backfill
-- kedge: up
-- What a workspace used in a month; the latest calls first.
CREATE INDEX openai_usage_by_workspace_and_time ON core.openai_usage (workspace_id, created_at DESC);
-- The whole day's calls. They arrive in the order of time, so a few pages of ranges do.
CREATE INDEX openai_usage_by_time ON core.openai_usage USING brin (created_at);
-- The workspaces of whoever has just logged in.
CREATE INDEX workspace_members_by_user_and_status ON core.workspace_members (user_id, status);
-- Whom to charge, remind or stop next.
CREATE INDEX subscriptions_by_status_and_period_end ON core.subscriptions (status, period_end);
CREATE INDEX usage_counters_by_workspace_and_period ON core.usage_counters (workspace_id, period, metric);
CREATE INDEX billing_accounts_delinquent ON core.billing_accounts (workspace_id) WHERE delinquent;
CREATE INDEX users_by_time ON core.users (created_at);
CREATE INDEX users_administrators ON core.users (id) WHERE role = 'admin';

-- kedge: down
DROP INDEX core.users_administrators;
DROP INDEX core.users_by_time;
DROP INDEX core.billing_accounts_delinquent;
DROP INDEX core.usage_counters_by_workspace_and_period;
DROP INDEX core.subscriptions_by_status_and_period_end;
DROP INDEX core.workspace_members_by_user_and_status;
DROP INDEX core.openai_usage_by_time;
DROP INDEX core.openai_usage_by_workspace_and_time;
