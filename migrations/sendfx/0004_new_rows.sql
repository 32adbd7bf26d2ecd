-- What a new row has when its writer says nothing. Rows that a backfill brings say everything themselves.
-- kedge: allow several-locks: nobody uses the tables before the backfill
-- kedge: up
-- 24 hex digits that begin with the time, as the ids of rows that came from MongoDB do: new ones sort behind old ones.
CREATE FUNCTION core.new_id() RETURNS text LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
  SELECT lpad(to_hex(extract(epoch FROM clock_timestamp())::bigint), 8, '0')
    || right(replace(gen_random_uuid()::text, '-', ''), 16)
$$;

ALTER TABLE core.tiers
  ALTER COLUMN id SET DEFAULT core.new_id(), ALTER COLUMN created_at SET DEFAULT now(),
  ALTER COLUMN currency SET DEFAULT 'USD', ALTER COLUMN is_public SET DEFAULT true;
ALTER TABLE core.users
  ALTER COLUMN id SET DEFAULT core.new_id(), ALTER COLUMN created_at SET DEFAULT now(),
  ALTER COLUMN locale SET DEFAULT 'en', ALTER COLUMN role SET DEFAULT 'user', ALTER COLUMN is_active SET DEFAULT true,
  ALTER COLUMN email_verified SET DEFAULT false, ALTER COLUMN balance SET DEFAULT 0, ALTER COLUMN login_count SET DEFAULT 0;
ALTER TABLE core.workspaces
  ALTER COLUMN id SET DEFAULT core.new_id(), ALTER COLUMN created_at SET DEFAULT now(),
  ALTER COLUMN timezone SET DEFAULT 'UTC', ALTER COLUMN is_archived SET DEFAULT false;
ALTER TABLE core.workspace_members
  ALTER COLUMN id SET DEFAULT core.new_id(), ALTER COLUMN created_at SET DEFAULT now(),
  ALTER COLUMN status SET DEFAULT 'active';
ALTER TABLE core.billing_accounts
  ALTER COLUMN id SET DEFAULT core.new_id(), ALTER COLUMN created_at SET DEFAULT now(),
  ALTER COLUMN balance SET DEFAULT 0, ALTER COLUMN credit SET DEFAULT 0, ALTER COLUMN currency SET DEFAULT 'USD',
  ALTER COLUMN delinquent SET DEFAULT false;
ALTER TABLE core.subscriptions
  ALTER COLUMN id SET DEFAULT core.new_id(), ALTER COLUMN created_at SET DEFAULT now(),
  ALTER COLUMN seats SET DEFAULT 1, ALTER COLUMN cancel_at_period_end SET DEFAULT false;
ALTER TABLE core.usage_counters
  ALTER COLUMN id SET DEFAULT core.new_id(), ALTER COLUMN created_at SET DEFAULT now(), ALTER COLUMN used SET DEFAULT 0;
ALTER TABLE core.openai_usage
  ALTER COLUMN id SET DEFAULT core.new_id(), ALTER COLUMN created_at SET DEFAULT now(),
  ALTER COLUMN prompt_tokens SET DEFAULT 0, ALTER COLUMN completion_tokens SET DEFAULT 0,
  ALTER COLUMN total_tokens SET DEFAULT 0, ALTER COLUMN estimated_cost SET DEFAULT 0, ALTER COLUMN cached SET DEFAULT false;

-- kedge: down
ALTER TABLE core.openai_usage
  ALTER COLUMN id DROP DEFAULT, ALTER COLUMN created_at DROP DEFAULT,
  ALTER COLUMN prompt_tokens DROP DEFAULT, ALTER COLUMN completion_tokens DROP DEFAULT,
  ALTER COLUMN total_tokens DROP DEFAULT, ALTER COLUMN estimated_cost DROP DEFAULT, ALTER COLUMN cached DROP DEFAULT;
ALTER TABLE core.usage_counters
  ALTER COLUMN id DROP DEFAULT, ALTER COLUMN created_at DROP DEFAULT, ALTER COLUMN used DROP DEFAULT;
ALTER TABLE core.subscriptions
  ALTER COLUMN id DROP DEFAULT, ALTER COLUMN created_at DROP DEFAULT,
  ALTER COLUMN seats DROP DEFAULT, ALTER COLUMN cancel_at_period_end DROP DEFAULT;
ALTER TABLE core.billing_accounts
  ALTER COLUMN id DROP DEFAULT, ALTER COLUMN created_at DROP DEFAULT,
  ALTER COLUMN balance DROP DEFAULT, ALTER COLUMN credit DROP DEFAULT, ALTER COLUMN currency DROP DEFAULT,
  ALTER COLUMN delinquent DROP DEFAULT;
ALTER TABLE core.workspace_members
  ALTER COLUMN id DROP DEFAULT, ALTER COLUMN created_at DROP DEFAULT,
  ALTER COLUMN status DROP DEFAULT;
ALTER TABLE core.workspaces
  ALTER COLUMN id DROP DEFAULT, ALTER COLUMN created_at DROP DEFAULT,
  ALTER COLUMN timezone DROP DEFAULT, ALTER COLUMN is_archived DROP DEFAULT;
ALTER TABLE core.users
  ALTER COLUMN id DROP DEFAULT, ALTER COLUMN created_at DROP DEFAULT,
  ALTER COLUMN locale DROP DEFAULT, ALTER COLUMN role DROP DEFAULT, ALTER COLUMN is_active DROP DEFAULT,
  ALTER COLUMN email_verified DROP DEFAULT, ALTER COLUMN balance DROP DEFAULT, ALTER COLUMN login_count DROP DEFAULT;
ALTER TABLE core.tiers
  ALTER COLUMN id DROP DEFAULT, ALTER COLUMN created_at DROP DEFAULT,
  ALTER COLUMN currency DROP DEFAULT, ALTER COLUMN is_public DROP DEFAULT;
DROP FUNCTION core.new_id();
