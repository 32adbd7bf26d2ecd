-- What a row has where nobody says otherwise. Rows that move bring their identifiers; new ones get them here, in the same form.
-- kedge: allow several-locks: the tables were made just now, and nobody uses them yet
-- kedge: up
-- 24 hexadecimal digits, the first eight of them seconds since 1970: as an ObjectId, so that identifiers go on sorting by age.
CREATE FUNCTION new_object_id() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT lpad(to_hex(extract(epoch FROM clock_timestamp())::bigint), 8, '0')
    || left(replace(gen_random_uuid()::text, '-', ''), 16)
$$;

ALTER TABLE spirits_registry ALTER COLUMN is_active SET DEFAULT true;
ALTER TABLE spirit_bundles ALTER COLUMN is_active SET DEFAULT true;
ALTER TABLE subscription_plans ALTER COLUMN is_active SET DEFAULT true;
ALTER TABLE tools_registry
  ALTER COLUMN asks_first SET DEFAULT false,
  ALTER COLUMN is_enabled SET DEFAULT true;
ALTER TABLE user_points
  ALTER COLUMN balance SET DEFAULT 0,
  ALTER COLUMN earned SET DEFAULT 0,
  ALTER COLUMN spent SET DEFAULT 0,
  ALTER COLUMN streak_days SET DEFAULT 0,
  ALTER COLUMN created_at SET DEFAULT now();
ALTER TABLE points_transactions
  ALTER COLUMN id SET DEFAULT new_object_id(),
  ALTER COLUMN created_at SET DEFAULT now();
ALTER TABLE user_spirit_purchases
  ALTER COLUMN id SET DEFAULT new_object_id(),
  ALTER COLUMN currency SET DEFAULT 'USD',
  ALTER COLUMN status SET DEFAULT 'pending',
  ALTER COLUMN provider SET DEFAULT 'stripe',
  ALTER COLUMN purchased_at SET DEFAULT now();
ALTER TABLE user_spirit_subscriptions
  ALTER COLUMN id SET DEFAULT new_object_id(),
  ALTER COLUMN cancels_at_end SET DEFAULT false,
  ALTER COLUMN started_on SET DEFAULT current_date,
  ALTER COLUMN created_at SET DEFAULT now();
ALTER TABLE user_spirit_access
  ALTER COLUMN id SET DEFAULT new_object_id(),
  ALTER COLUMN granted_at SET DEFAULT now();
ALTER TABLE spirit_minions
  ALTER COLUMN id SET DEFAULT new_object_id(),
  ALTER COLUMN class SET DEFAULT 'generalist',
  ALTER COLUMN is_active SET DEFAULT true,
  ALTER COLUMN created_at SET DEFAULT now();
ALTER TABLE minion_spirits
  ALTER COLUMN equipped_at SET DEFAULT now(),
  ALTER COLUMN is_active SET DEFAULT true;
ALTER TABLE spirit_mastery
  ALTER COLUMN id SET DEFAULT new_object_id(),
  ALTER COLUMN level SET DEFAULT 1,
  ALTER COLUMN xp SET DEFAULT 0,
  ALTER COLUMN created_at SET DEFAULT now();

-- kedge: down
ALTER TABLE spirit_mastery
  ALTER COLUMN id DROP DEFAULT,
  ALTER COLUMN level DROP DEFAULT,
  ALTER COLUMN xp DROP DEFAULT,
  ALTER COLUMN created_at DROP DEFAULT;
ALTER TABLE minion_spirits
  ALTER COLUMN equipped_at DROP DEFAULT,
  ALTER COLUMN is_active DROP DEFAULT;
ALTER TABLE spirit_minions
  ALTER COLUMN id DROP DEFAULT,
  ALTER COLUMN class DROP DEFAULT,
  ALTER COLUMN is_active DROP DEFAULT,
  ALTER COLUMN created_at DROP DEFAULT;
ALTER TABLE user_spirit_access
  ALTER COLUMN id DROP DEFAULT,
  ALTER COLUMN granted_at DROP DEFAULT;
ALTER TABLE user_spirit_subscriptions
  ALTER COLUMN id DROP DEFAULT,
  ALTER COLUMN cancels_at_end DROP DEFAULT,
  ALTER COLUMN started_on DROP DEFAULT,
  ALTER COLUMN created_at DROP DEFAULT;
ALTER TABLE user_spirit_purchases
  ALTER COLUMN id DROP DEFAULT,
  ALTER COLUMN currency DROP DEFAULT,
  ALTER COLUMN status DROP DEFAULT,
  ALTER COLUMN provider DROP DEFAULT,
  ALTER COLUMN purchased_at DROP DEFAULT;
ALTER TABLE points_transactions
  ALTER COLUMN id DROP DEFAULT,
  ALTER COLUMN created_at DROP DEFAULT;
ALTER TABLE user_points
  ALTER COLUMN balance DROP DEFAULT,
  ALTER COLUMN earned DROP DEFAULT,
  ALTER COLUMN spent DROP DEFAULT,
  ALTER COLUMN streak_days DROP DEFAULT,
  ALTER COLUMN created_at DROP DEFAULT;
ALTER TABLE tools_registry
  ALTER COLUMN asks_first DROP DEFAULT,
  ALTER COLUMN is_enabled DROP DEFAULT;
ALTER TABLE subscription_plans ALTER COLUMN is_active DROP DEFAULT;
ALTER TABLE spirit_bundles ALTER COLUMN is_active DROP DEFAULT;
ALTER TABLE spirits_registry ALTER COLUMN is_active DROP DEFAULT;
DROP FUNCTION new_object_id();
