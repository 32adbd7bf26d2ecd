/// The trigger function that asks before each statement that writes a guarded table. One for all sets of a database.
///
/// It decides as `GuardPlan.decide` does, by the rules in `kedge.guard_rules` and by the live phases. It is a definer's function, so
/// that writers need no rights on schema kedge; nothing in it comes from the writer but two settings, which are compared alone.
enum GuardFunction {
  static let name = "kedge.guard_write()"

  /// What `pg_proc.proconfig` says of it.
  static let settings = "{\"search_path=pg_catalog, pg_temp\"}"

  static let create =
    "CREATE OR REPLACE FUNCTION kedge.guard_write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
    + " SET search_path = pg_catalog, pg_temp AS $kedge$" + body + "$kedge$"

  static let drop = "DROP FUNCTION IF EXISTS kedge.guard_write()"

  /// As `pg_proc.prosrc` holds it.
  static let body = "\n" + declarations + reading + deciding + fencing + answering

  private static let declarations = """
    DECLARE
      guarded_set text := TG_ARGV[0];
      guarded_entity text := TG_ARGV[1];
      here text := TG_ARGV[2];
      rule record;
      login text := current_setting('role');
      claim text := nullif(current_setting('kedge.writer', true), '');
      fence_text text := nullif(current_setting('kedge.fence', true), '');
      speaker text;
      spoken text[];
      is_false_claim boolean := false;
      standing text;
      fence bigint;
      stack text;
      reason text;
    BEGIN

    """

  /// A phase is set under this lock taken alone. So whoever has it sees the phase that holds until it commits: with a new
  /// snapshot where each statement takes one, and else by a row that every change of phase writes, which fails with 40001 if that
  /// happened after the transaction's snapshot.
  private static let reading = """
      PERFORM pg_advisory_xact_lock_shared(hashtextextended('kedge phase ' || guarded_set, 0));
      IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        PERFORM 1 FROM kedge.epochs e WHERE e.set_name = guarded_set FOR SHARE;
        IF NOT FOUND THEN
          RAISE EXCEPTION 'the guardrail of %.% has lost its epoch', TG_TABLE_SCHEMA, TG_TABLE_NAME
            USING ERRCODE = 'KG004', CONSTRAINT = 'unknown_phase',
              DETAIL = 'reason unknown_phase: kedge.epochs has no row for the mapping set "' || guarded_set || '".',
              HINT = 'Put it back with: kedge guard install';
        END IF;
      END IF;
      IF login = 'none' THEN
        login := session_user;
      END IF;
      SELECT r.owner, r.mode, r.requires_fence, r.writers, r.source_store, r.target_store, r.declared_at,
          CASE WHEN r.owner = 'core' THEN coalesce(p.phase, r.declared_phase) END AS phase,
          CASE WHEN r.owner = 'core' THEN coalesce(p.epoch, 0) ELSE 0 END AS began, coalesce(e.epoch, 0) AS epoch,
          (SELECT l.writers FROM kedge.guard_roles l WHERE l.set_name = guarded_set AND l.role = login) AS spoken
        INTO rule
        FROM kedge.guard_rules r LEFT JOIN kedge.epochs e ON e.set_name = r.set_name
          LEFT JOIN kedge.phases p ON p.set_name = e.set_name AND p.entity = r.entity
        WHERE r.set_name = guarded_set AND r.entity = guarded_entity;
      IF NOT FOUND THEN
        reason := 'unknown_entity';
      ELSIF rule.owner = 'feature' THEN
        standing := CASE WHEN rule.source_store = here THEN 'owner' ELSE 'elsewhere' END;
      ELSIF rule.phase IS NULL OR rule.phase NOT IN ('legacy', 'shadow', 'core', 'retired') THEN
        reason := 'unknown_phase';
      ELSIF rule.source_store <> here AND rule.target_store IS DISTINCT FROM here THEN
        standing := 'elsewhere';
      -- Where both are this store, the entity has always lived here.
      ELSIF rule.target_store = here AND rule.phase IN ('core', 'retired') OR rule.source_store = here AND rule.phase IN ('legacy', 'shadow') THEN
        standing := 'owner';
      ELSE
        standing := CASE rule.phase WHEN 'retired' THEN 'retired' ELSE 'copy' END;
      END IF;
      IF reason IS NULL AND rule.mode = 'off' THEN
        RETURN NULL;
      END IF;

    """

  /// Who speaks, and may they? Kedge's names count for those alone to whom schema kedge belongs, and only if they are said. Rows that
  /// a foreign key takes along were asked for where it points to: they have no writer of their own, but do have an owner. Such a
  /// statement is the server's, known by its text and by standing right under ours, with no function between it and the trigger.
  private static let deciding = """
      IF claim IN ('kedge', 'kedge-admin') THEN
        speaker := claim;
        is_false_claim := NOT pg_has_role(login, (SELECT n.nspowner FROM pg_namespace n WHERE n.nspname = 'kedge'), 'MEMBER');
      ELSIF claim IS NULL OR claim = login THEN
        speaker := CASE WHEN login NOT IN ('kedge', 'kedge-admin') THEN login END;
      ELSE
        speaker := claim;
        is_false_claim := rule.spoken IS NOT NULL AND NOT claim = ANY (rule.spoken);
      END IF;
      IF standing = 'elsewhere' THEN
        reason := 'wrong_store';
      ELSIF standing = 'retired' THEN
        reason := 'retired';
      ELSIF standing = 'copy' THEN
        -- A factory reset takes the copy with the original, and rows of both kinds refer to each other.
        IF is_false_claim OR speaker IS DISTINCT FROM 'kedge'
          AND (speaker IS DISTINCT FROM 'kedge-admin' OR current_setting('kedge.reset', true) IS DISTINCT FROM 'on')
        THEN
          reason := 'not_owner';
        END IF;
      ELSIF standing = 'owner' AND speaker = 'kedge' AND NOT is_false_claim THEN
        reason := 'mover_into_owner';
      ELSIF standing = 'owner' AND (is_false_claim OR speaker IS DISTINCT FROM 'kedge-admin') THEN
        IF is_false_claim THEN
          reason := 'undeclared_writer';
        ELSIF speaker IS NULL THEN
          reason := CASE WHEN cardinality(rule.writers) > 0 THEN 'unnamed_writer' END;
        ELSIF NOT speaker = ANY (rule.writers) THEN
          IF speaker = login THEN
            spoken := rule.spoken;
          ELSE
            SELECT r.writers INTO spoken FROM kedge.guard_roles r WHERE r.set_name = guarded_set AND r.role = speaker;
          END IF;
          reason := CASE WHEN NOT CASE WHEN cardinality(rule.writers) > 0 THEN coalesce(spoken && rule.writers, false)
            ELSE coalesce(cardinality(spoken) > 0, true) END THEN 'undeclared_writer' END;
        END IF;
        IF reason IS NOT NULL AND pg_trigger_depth() > 1 AND TG_OP IN ('DELETE', 'UPDATE') THEN
          GET DIAGNOSTICS stack = PG_CONTEXT;
          IF strpos(replace(split_part(stack, E'\\n', 2), ' ONLY ', ' '), CASE TG_OP WHEN 'DELETE' THEN 'DELETE FROM ' ELSE 'UPDATE ' END
              || '"' || replace(TG_TABLE_SCHEMA, '"', '""') || '"."' || replace(TG_TABLE_NAME, '"', '""') || '" '
              || CASE TG_OP WHEN 'DELETE' THEN 'WHERE $1 OPERATOR(' ELSE 'SET "' END) > 0
            AND strpos(split_part(stack, E'\\n', 3), 'PL/') = 0
            AND EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = TG_RELID AND k.contype = 'f'
              AND (k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd')))
          THEN
            reason := NULL;
          END IF;
        END IF;
      END IF;

    """

  private static let fencing = """
      IF reason IS NULL THEN
        IF fence_text IS NULL THEN
          reason := CASE WHEN rule.requires_fence THEN 'missing_fence' END;
        ELSIF fence_text !~ '^-?[0-9]{1,18}$' THEN
          reason := 'future_fence';
        ELSE
          fence := fence_text::bigint;
          reason := CASE WHEN fence < rule.began THEN 'stale_fence' WHEN fence > rule.epoch THEN 'future_fence' END;
        END IF;
      END IF;
      IF reason IS NULL THEN
        RETURN NULL;
      END IF;
      IF rule.mode = 'observe' AND reason NOT LIKE 'unknown%' THEN
        INSERT INTO kedge.guard_observations (set_name, entity, store, operation, reason, writer, caller, seen_by)
          VALUES (guarded_set, guarded_entity, here, lower(TG_OP), reason, speaker,
            nullif(current_setting('application_name'), ''), 'postgres');
        RETURN NULL;
      END IF;

    """

  private static let answering = """
      RAISE EXCEPTION '%', format('%s of %I.%I is refused: %s', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME, CASE reason
          WHEN 'unknown_entity' THEN format('entity "%s" of mapping set "%s" has no rules here', guarded_entity, guarded_set)
          WHEN 'unknown_phase' THEN format('entity "%s" is in phase "%s", which this guardrail doesn''t know', guarded_entity, rule.phase)
          WHEN 'wrong_store' THEN format('entity "%s" doesn''t live in store "%s"', guarded_entity, here)
          WHEN 'retired' THEN format('entity "%s" has moved to store "%s", and nobody writes here any more', guarded_entity, rule.target_store)
          WHEN 'not_owner' THEN format('in phase %s store "%s" owns entity "%s", and only Kedge writes this copy', rule.phase,
            CASE WHEN here = rule.source_store THEN rule.target_store ELSE rule.source_store END, guarded_entity)
          WHEN 'mover_into_owner' THEN format('in phase %s this store owns entity "%s", and Kedge must not move data over the owner''s', rule.phase, guarded_entity)
          WHEN 'unnamed_writer' THEN format('entity "%s" may be written by %s alone, and this session doesn''t say who it is', guarded_entity, array_to_string(rule.writers, ', '))
          WHEN 'undeclared_writer' THEN CASE
            WHEN is_false_claim THEN format('role "%s" doesn''t speak for the writer "%s" that it claims to be', login, speaker)
            WHEN cardinality(rule.writers) = 0 THEN format('role "%s" is declared to write nothing', speaker)
            ELSE format('"%s" isn''t among the writers of entity "%s", which are: %s', speaker, guarded_entity, array_to_string(rule.writers, ', ')) END
          WHEN 'missing_fence' THEN format('entity "%s" wants a fence, and this session says none', guarded_entity)
          WHEN 'stale_fence' THEN format('the phase of entity "%s" changed at epoch %s, and this session''s fence is %s', guarded_entity, rule.began, fence)
          WHEN 'future_fence' THEN CASE
            WHEN fence IS NULL THEN format('the fence of this session is no number that was given out')
            ELSE format('the fence %s hasn''t been given out: this database is at epoch %s', fence, rule.epoch) END
        END)
        USING
          ERRCODE = CASE WHEN reason LIKE 'unknown%' THEN 'KG004' WHEN reason LIKE '%fence' THEN 'KG002'
            WHEN reason LIKE '%writer' THEN 'KG003' ELSE 'KG001' END,
          DETAIL = format('reason %s. Entity "%s" of mapping set "%s"%s. Role %s, writer %s, fence %s, epoch %s.', reason,
            guarded_entity, guarded_set, CASE WHEN rule.declared_at IS NULL THEN '' ELSE format(', declared at %s: owner %s%s, writers %s',
              rule.declared_at, rule.owner, coalesce(', phase ' || rule.phase, ''),
              coalesce(nullif(array_to_string(rule.writers, ', '), ''), 'anybody')) END,
            login, coalesce(speaker, 'not said'), coalesce(left(fence_text, 20), 'not said'), coalesce(rule.epoch::text, 'unknown')),
          HINT = CASE reason
            WHEN 'unknown_entity' THEN 'Bring the rules up to date with: kedge guard install'
            WHEN 'unknown_phase' THEN 'See where it stands with: kedge phase show. A newer kedge may have set it: use that one.'
            WHEN 'not_owner' THEN format('Write entity "%s" in the store that owns it, or move it on with: kedge phase set', guarded_entity)
            WHEN 'mover_into_owner' THEN 'Leave this entity out of the move, or see where it stands with: kedge phase show'
            WHEN 'unnamed_writer' THEN 'Say who writes: SET LOCAL kedge.writer = ''NAME'''
            WHEN 'undeclared_writer' THEN CASE WHEN is_false_claim THEN 'Log in as a role that speaks for this writer, or declare it under guard.roles in set.yaml; then: kedge guard install'
              ELSE 'Write through one of the declared writers, or declare this one in the mapping; then: kedge guard install' END
            WHEN 'missing_fence' THEN 'Load the phases, and say their epoch in the same transaction: SET LOCAL kedge.fence = ''N'''
            WHEN 'stale_fence' THEN 'Load the phases anew, decide anew where to write, and try again with the new epoch.'
            WHEN 'future_fence' THEN 'Check that the phases were loaded from this database, and load them anew.'
            ELSE format('Write entity "%s" in the store that owns it; see which with: kedge phase show', guarded_entity) END,
          SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = reason;
    END

    """
}
