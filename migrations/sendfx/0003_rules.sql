-- What a row has to keep to, whoever writes it. A record of the old store that doesn't goes to quarantine.
-- kedge: allow constraint-not-valid: the tables are empty until the backfill
-- kedge: allow several-locks: nobody uses the tables before the backfill
-- kedge: up
ALTER TABLE core.tiers
  ADD CONSTRAINT tiers_prices_check CHECK (price_monthly >= 0 AND price_yearly >= 0),
  ADD CONSTRAINT tiers_limits_check CHECK (max_contacts >= 0 AND max_messages >= 0);
ALTER TABLE core.users
  ADD CONSTRAINT users_email_check CHECK (position('@' IN email) > 1),
  ADD CONSTRAINT users_role_check CHECK (role IN ('user', 'admin')),
  ADD CONSTRAINT users_login_count_check CHECK (login_count >= 0);
ALTER TABLE core.workspaces
  ADD CONSTRAINT workspaces_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  ADD CONSTRAINT workspaces_brand_color_check CHECK (brand_color ~ '^#[0-9a-f]{6}$'),
  ADD CONSTRAINT workspaces_limits_check CHECK (contact_limit >= 0 AND message_limit >= 0);
ALTER TABLE core.workspace_members
  ADD CONSTRAINT workspace_members_role_check CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
  ADD CONSTRAINT workspace_members_status_check CHECK (status IN ('active', 'invited', 'suspended'));
ALTER TABLE core.billing_accounts
  ADD CONSTRAINT billing_accounts_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
  ADD CONSTRAINT billing_accounts_credit_check CHECK (credit >= 0);
ALTER TABLE core.subscriptions
  ADD CONSTRAINT subscriptions_status_check CHECK (status IN ('active', 'trialing', 'past_due', 'canceled')),
  ADD CONSTRAINT subscriptions_amount_check CHECK (amount >= 0),
  ADD CONSTRAINT subscriptions_seats_check CHECK (seats > 0),
  ADD CONSTRAINT subscriptions_discount_check CHECK (discount BETWEEN 0 AND 100),
  ADD CONSTRAINT subscriptions_period_check CHECK (period_end >= period_start);
ALTER TABLE core.usage_counters
  ADD CONSTRAINT usage_counters_metric_check
    CHECK (metric IN ('messages', 'contacts', 'ai_tokens', 'storage_bytes', 'flow_runs')),
  ADD CONSTRAINT usage_counters_period_check CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  ADD CONSTRAINT usage_counters_used_check CHECK (used >= 0 AND allowance >= 0);
ALTER TABLE core.openai_usage
  ADD CONSTRAINT openai_usage_writer_check CHECK (writer IN ('reply', 'agent', 'assistant')),
  ADD CONSTRAINT openai_usage_tokens_check CHECK (prompt_tokens >= 0 AND completion_tokens >= 0 AND total_tokens >= 0),
  ADD CONSTRAINT openai_usage_cost_check CHECK (estimated_cost >= 0);
ALTER TABLE core.model_prices
  ADD CONSTRAINT model_prices_prices_check CHECK (prompt_price >= 0 AND completion_price >= 0);

-- kedge: down
ALTER TABLE core.model_prices
  DROP CONSTRAINT model_prices_prices_check;
ALTER TABLE core.openai_usage
  DROP CONSTRAINT openai_usage_writer_check,
  DROP CONSTRAINT openai_usage_tokens_check,
  DROP CONSTRAINT openai_usage_cost_check;
ALTER TABLE core.usage_counters
  DROP CONSTRAINT usage_counters_metric_check,
  DROP CONSTRAINT usage_counters_period_check,
  DROP CONSTRAINT usage_counters_used_check;
ALTER TABLE core.subscriptions
  DROP CONSTRAINT subscriptions_status_check,
  DROP CONSTRAINT subscriptions_amount_check,
  DROP CONSTRAINT subscriptions_seats_check,
  DROP CONSTRAINT subscriptions_discount_check,
  DROP CONSTRAINT subscriptions_period_check;
ALTER TABLE core.billing_accounts
  DROP CONSTRAINT billing_accounts_currency_check,
  DROP CONSTRAINT billing_accounts_credit_check;
ALTER TABLE core.workspace_members
  DROP CONSTRAINT workspace_members_role_check,
  DROP CONSTRAINT workspace_members_status_check;
ALTER TABLE core.workspaces
  DROP CONSTRAINT workspaces_slug_check,
  DROP CONSTRAINT workspaces_brand_color_check,
  DROP CONSTRAINT workspaces_limits_check;
ALTER TABLE core.users
  DROP CONSTRAINT users_email_check,
  DROP CONSTRAINT users_role_check,
  DROP CONSTRAINT users_login_count_check;
ALTER TABLE core.tiers
  DROP CONSTRAINT tiers_prices_check,
  DROP CONSTRAINT tiers_limits_check;
