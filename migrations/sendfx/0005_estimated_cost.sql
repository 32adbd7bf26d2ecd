-- What a call of a language model costs by the prices of its day, in dollars; null for a model without a price.
-- kedge: up
CREATE FUNCTION core.estimated_cost(called_model text, prompt_tokens bigint, completion_tokens bigint, called_at timestamptz)
RETURNS numeric LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT round((prompt_tokens * price.prompt_price + completion_tokens * price.completion_price) / 1000000, 6)
  FROM core.model_prices AS price
  WHERE price.model = called_model AND price.valid_from <= (called_at AT TIME ZONE 'UTC')::date
  ORDER BY price.valid_from DESC
  LIMIT 1
$$;

-- kedge: down
DROP FUNCTION core.estimated_cost(text, bigint, bigint, timestamptz);
