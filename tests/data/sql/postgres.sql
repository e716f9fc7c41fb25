# reads
SELECT 1
select id, total from orders where total > 10 order by id limit 5 offset 1
SELECT count(*), sum(total), avg(total)::numeric(10,2) FROM orders GROUP BY customer HAVING count(*) > 0
SELECT o.id, u.name FROM orders o JOIN users u ON u.id = o.customer LEFT JOIN items i ON i.id = o.id
SELECT * FROM orders WHERE note ILIKE '%a%' OR note ~* '^x' OR note IS NULL
WITH big AS (SELECT * FROM orders WHERE total > 10) SELECT * FROM big
WITH big AS MATERIALIZED (SELECT * FROM orders) SELECT count(*) FROM big
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v(id, name)
VALUES (1, 2), (3, 4)
SELECT id FROM orders UNION SELECT id FROM users EXCEPT SELECT 7 INTERSECT SELECT 8
SELECT DISTINCT ON (customer) customer, total FROM orders ORDER BY customer, total DESC
SELECT id, rank() OVER (PARTITION BY customer ORDER BY total DESC) FROM orders
SELECT id, sum(total) OVER w FROM orders WINDOW w AS (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
SELECT * FROM orders, LATERAL (SELECT max(total) AS m FROM orders o2 WHERE o2.customer = orders.customer) x
SELECT data->>'a', data #>> '{b,c}', data @> '{"a": 1}' FROM docs
SELECT jsonb_path_query(data, '$.a') FROM docs
SELECT jsonb_array_elements(data->'list') FROM docs
SELECT array_agg(id ORDER BY id) FILTER (WHERE total > 1) FROM orders
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM orders
SELECT date_trunc('day', now()), extract(epoch FROM now()), now() - interval '1 day'
SELECT string_agg(name, ', ' ORDER BY name) FROM users
SELECT generate_series(1, 3)
SELECT * FROM generate_series('2026-01-01'::date, '2026-01-03', '1 day') AS d
SELECT CASE WHEN total > 1 THEN 'a' ELSE 'b' END FROM orders
SELECT coalesce(note, 'none'), nullif(total, 0), greatest(1, 2), least(1, 2) FROM orders
SELECT regexp_replace(name, 'a', 'b', 'g'), split_part(name, ' ', 1) FROM users
SELECT to_tsvector('english', name) @@ to_tsquery('english', 'ann') FROM users
SELECT * FROM orders WHERE id = ANY (ARRAY[1, 2, 3]) AND total BETWEEN 1 AND 100
SELECT * FROM orders WHERE (id, customer) IN ((1, 1), (2, 2))
SELECT EXISTS (SELECT 1 FROM orders), (SELECT max(id) FROM orders)
SELECT * FROM orders TABLESAMPLE SYSTEM (50)
SELECT * FROM orders FETCH FIRST 3 ROWS ONLY
SELECT 'it''s; DROP TABLE x', $$DROP TABLE orders$$, E'a\nb' FROM orders -- DROP TABLE orders
SELECT /* UPDATE orders */ 1
SELECT 1; SELECT 2; SELECT 3
SELECT current_user, current_database(), version(), pg_backend_pid()
SELECT pg_size_pretty(pg_total_relation_size('orders'))
SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'
SELECT relname FROM pg_class WHERE relkind = 'r'
SELECT * FROM pg_stat_activity
SELECT name, setting FROM pg_settings
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
SELECT * FROM ONLY orders
SELECT grouping(customer), count(*) FROM orders GROUP BY ROLLUP (customer)
SELECT count(*) FROM orders GROUP BY GROUPING SETS ((customer), ())
SELECT * FROM order_names
SELECT xmlelement(name a, 'b')
SELECT 1 AS "insert", 2 AS "DROP TABLE"
SELECT * FROM last_value_of_nothing_much
SELECT last_value FROM tickets
SELECT * FROM sums
EXPLAIN SELECT * FROM orders
EXPLAIN (FORMAT JSON, COSTS OFF) SELECT * FROM orders
EXPLAIN ANALYZE SELECT * FROM orders
EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM orders
EXPLAIN UPDATE orders SET total = 0
EXPLAIN DELETE FROM orders
SHOW server_version
SHOW ALL
SHOW search_path
TABLE orders
TABLE orders LIMIT 1
SELECT
SELECT FROM orders
SELECT ALL id FROM orders
SELECT id FROM orders ORDER BY id NULLS LAST FETCH NEXT ROW ONLY
SELECT id FROM orders WHERE note IS DISTINCT FROM 'a'
SELECT id FROM orders WHERE note SIMILAR TO '%(a|b)%'
SELECT (ARRAY[1,2,3])[2], (ROW(1, 'a')).f1
SELECT o FROM orders o
SELECT (o).total FROM orders o
SELECT ROW(1, 2) = ROW(1, 2)
SELECT now() AT TIME ZONE 'UTC'
SELECT timestamp '2026-01-01', date '2026-01-01', interval '1' day
SELECT overlay('abcdef' PLACING 'x' FROM 2 FOR 1), position('b' IN 'abc'), trim(BOTH 'x' FROM 'xax')
SELECT * FROM unnest(ARRAY[1, 2], ARRAY['a', 'b']) WITH ORDINALITY AS t(a, b, n)
SELECT * FROM ROWS FROM (generate_series(1, 2), generate_series(3, 5)) AS t(a, b)
SELECT * FROM json_to_recordset('[{"a":1}]') AS x(a int)
SELECT * FROM orders o NATURAL JOIN items
SELECT * FROM orders CROSS JOIN users
SELECT md5('a'), encode(sha256('a'), 'hex'), gen_random_uuid(), random() < 2
SELECT count(*) FROM orders WHERE note COLLATE "C" < 'x'
SELECT id, lag(total, 1) OVER (ORDER BY id), ntile(2) OVER (ORDER BY id) FROM orders
SELECT '{"a":1}'::jsonb || '{"b":2}'::jsonb, '{1,2}'::int[] || 3
SELECT pg_typeof(1), format('%I', 'a'), quote_literal('a')
SELECT has_table_privilege('orders', 'select')
SELECT currval('tickets')
SELECT current_setting('search_path')
SELECT pg_is_in_recovery()
SELECT pg_get_functiondef('bump'::regproc)
SELECT txid_current_if_assigned()
SELECT inet_server_port()
SELECT obj_description('orders'::regclass)
SELECT * FROM pg_tables
SELECT * FROM pg_indexes WHERE tablename = 'orders'
SELECT * FROM pg_stat_user_tables
SELECT nspname FROM pg_namespace
SELECT xpath('/a/text()', '<a>1</a>')
SELECT ts_stat('SELECT to_tsvector(name) FROM users')
SELECT ts_rewrite('a'::tsquery, 'SELECT t, s FROM aliases')
SELECT table_to_xml('orders', true, true, '')
SELECT query_to_xml('SELECT * FROM secrets', true, true, '')
SELECT pg_sleep(0)
SELECT pg_read_file('PG_VERSION')
SELECT pg_ls_dir('.')
SELECT pg_stat_file('PG_VERSION')
SELECT lo_get(4711)
SELECT * FROM dblink('{conninfo}', 'SELECT id FROM orders') AS t(id int)
COPY orders TO STDOUT
COPY (SELECT * FROM orders) TO STDOUT WITH (FORMAT csv)
# rows
INSERT INTO orders (id, customer, total) VALUES (100, 1, 5)
insert into orders select id + 200, customer, total from orders
INSERT INTO orders DEFAULT VALUES
INSERT INTO users (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = 'x'
INSERT INTO users (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = users.name RETURNING (SELECT 1)
UPDATE orders SET total = 0
UPDATE orders SET total = total
UPDATE orders o SET total = 1 FROM users u WHERE u.id = o.customer
UPDATE ONLY orders SET total = 2 RETURNING *
DELETE FROM items
DELETE FROM items USING users WHERE users.id = items.id
MERGE INTO items AS t USING orders AS s ON t.id = s.id WHEN MATCHED THEN DELETE
MERGE INTO items AS t USING orders AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET n = 0 WHEN NOT MATCHED THEN INSERT VALUES (s.id, 1)
TRUNCATE items
TRUNCATE TABLE items, orders CASCADE
WITH gone AS (DELETE FROM items RETURNING *) SELECT * FROM gone
WITH x AS (INSERT INTO items VALUES (50, 1) RETURNING id) SELECT * FROM x
WITH x AS (UPDATE items SET n = n + 1 RETURNING id) SELECT count(*) FROM x
WITH a AS (SELECT 1), b AS (DELETE FROM items) SELECT * FROM a
WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b), c AS (DELETE FROM items) TABLE a
WITH x AS (DELETE FROM items RETURNING *) SELECT 1 WHERE false
WITH x AS (DELETE FROM items RETURNING *) INSERT INTO audit SELECT 'moved' FROM x
WITH x AS NOT MATERIALIZED (SELECT 1) DELETE FROM items
EXPLAIN ANALYZE DELETE FROM items
EXPLAIN (ANALYZE) DELETE FROM items
EXPLAIN (ANALYZE true, FORMAT JSON) UPDATE items SET n = 0
EXPLAIN (FORMAT JSON, ANALYZE) UPDATE items SET n = 0
EXPLAIN (ANALYZE 1) DELETE FROM items
EXPLAIN (ANALYSE) DELETE FROM items
EXPLAIN ANALYSE DELETE FROM items
EXPLAIN ANALYZE VERBOSE DELETE FROM items
EXPLAIN (ANALYZE false, ANALYZE true) DELETE FROM items
EXPLAIN ANALYZE WITH x AS (DELETE FROM items RETURNING *) SELECT * FROM x
EXPLAIN ANALYZE CREATE TABLE made AS SELECT 1
EXPLAIN ANALYZE EXECUTE nothing
SELECT 1; DELETE FROM items
SELECT 1;DELETE FROM items;SELECT 2
; ; DELETE FROM items
COMMIT; DROP SCHEMA public CASCADE;
COMMIT; DROP TABLE items
ROLLBACK; DELETE FROM items
END; DELETE FROM items; BEGIN
BEGIN; DELETE FROM items; COMMIT
BEGIN; DELETE FROM items; END
BEGIN READ WRITE; DELETE FROM items; COMMIT
BEGIN READ ONLY; COMMIT; DELETE FROM items
START TRANSACTION; DELETE FROM items; COMMIT AND CHAIN; COMMIT
SAVEPOINT x
BEGIN
ABORT
COMMIT
COMMIT PREPARED 'x'
SET TRANSACTION READ WRITE; DELETE FROM items
SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE; DELETE FROM items
DO $$ BEGIN DELETE FROM items; END $$
DO LANGUAGE plpgsql 'BEGIN DELETE FROM items; END'
DO $a$ BEGIN EXECUTE 'DELETE FROM items'; END $a$
CALL empty_items()
PREPARE p AS DELETE FROM items; EXECUTE p
PREPARE p(int) AS DELETE FROM items WHERE id > $1; EXECUTE p(0)
PREPARE p AS SELECT 1
DEALLOCATE ALL
DECLARE c CURSOR WITH HOLD FOR SELECT * FROM orders
BEGIN; DECLARE c CURSOR FOR SELECT * FROM orders; FETCH ALL FROM c; COMMIT
SELECT bump()
SELECT public.bump()
SELECT * FROM bump()
SELECT id FROM orders WHERE bump() > 0
SELECT id FROM orders ORDER BY bump()
SELECT coalesce(bump(), 1)
SELECT (SELECT bump())
SELECT CASE WHEN bump() > 0 THEN 1 END
SELECT count(*) FILTER (WHERE bump() > 0) FROM orders
SELECT sum(bump()) OVER () FROM orders
SELECT 1 GROUP BY bump()
SELECT 1 LIMIT bump()
SELECT 1 OFFSET bump()
SELECT ARRAY[bump()]
SELECT (ARRAY[1, 2])[bump()]
SELECT ROW(bump())
SELECT bump()::text
SELECT CAST(bump() AS text)
SELECT - bump()
SELECT bump() BETWEEN 1 AND 2
SELECT 1 IN (bump())
SELECT 1 = ANY (ARRAY[bump()])
SELECT bump() IS NULL
SELECT 'x' LIKE bump()::text
SELECT extract(day FROM now() + bump() * interval '1 day')
SELECT substring('abc' FROM bump())
SELECT overlay('abc' PLACING 'x' FROM bump())
SELECT position('a' IN bump()::text)
SELECT trim(bump()::text FROM 'a')
SELECT now() AT TIME ZONE bump()::text
SELECT * FROM orders JOIN users ON bump() > 0
SELECT * FROM orders, LATERAL bump() AS b
SELECT * FROM ROWS FROM (bump()) AS b
SELECT * FROM generate_series(1, bump()) AS s
SELECT * FROM unnest(ARRAY[bump()]) AS s
SELECT id, lag(total, bump()) OVER (ORDER BY id) FROM orders
SELECT id, sum(total) OVER (ORDER BY bump()) FROM orders
SELECT id, sum(total) OVER w FROM orders WINDOW w AS (PARTITION BY bump())
SELECT id, sum(total) OVER (ORDER BY id ROWS bump() PRECEDING) FROM orders
SELECT string_agg(name, ',' ORDER BY bump()) FROM users
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY bump()) FROM orders
SELECT DISTINCT ON (bump()) id FROM orders
SELECT count(*) FROM orders GROUP BY GROUPING SETS ((bump()))
SELECT count(*) FROM orders HAVING bump() > 0
VALUES (bump())
SELECT * FROM (VALUES (bump())) AS v
WITH x AS (SELECT bump()) SELECT * FROM x
SELECT * FROM orders TABLESAMPLE BERNOULLI (bump())
SELECT * FROM orders FETCH FIRST (bump()) ROWS ONLY
SELECT E'a' || bump()
SELECT xmlelement(name a, bump())
SELECT json_build_object('a', bump())
SELECT interval '1 day' * bump()
SELECT "bump"()
SELECT BUMP ()
SELECT /**/bump/**/(/**/)
SELECT bump -- x\n()
SELECT $$a$$ || bump()
SELECT (((bump())))
SELECT 1 UNION SELECT bump()
SELECT * FROM orders WHERE (id, 1) = (SELECT 1, bump())
SELECT public . bump ( )
SELECT VARIADIC_BUMP(VARIADIC ARRAY[1])
SELECT bump_named(a => 1)
SELECT bump_named(a := 1)
SELECT * FROM json_to_recordset(bump_json()) AS x(a int)
SELECT * FROM xmltable('/a' PASSING bump_xml() COLUMNS b text PATH 'b')
SELECT json_agg(x) FROM (SELECT bump()) x
SELECT 1 AS a, bump() AS b INTO TEMP TABLE temporary_one
SELECT id FROM orders WHERE total === 1
SELECT id FROM orders WHERE total OPERATOR(public.===) 1
# sequences
SELECT nextval('tickets')
SELECT setval('tickets', 100)
SELECT setval('tickets', 100, false)
SELECT pg_catalog.nextval('tickets')
SELECT pg_catalog.setval('public.tickets'::regclass, 5)
SELECT "nextval"('tickets')
SELECT nextval('tickets') FROM orders
SELECT nextval(name) FROM (VALUES ('tickets')) AS v(name)
SELECT lastval()
ALTER SEQUENCE tickets RESTART
SELECT NEXTVAL('tickets')
# large objects and files
SELECT lo_create(5000)
SELECT lo_creat(-1)
SELECT lo_unlink(4711)
SELECT lo_put(4711, 0, 'x')
SELECT lo_from_bytea(0, 'abc')
SELECT lo_import('{conf}')
SELECT lo_export(4711, '{dir}/exported')
SELECT lowrite(lo_open(4711, 131072), 'x')
SELECT lo_truncate(lo_open(4711, 131072), 0)
COPY orders TO '{dir}/orders.csv'
COPY (SELECT * FROM secrets) TO '{dir}/secrets.csv'
COPY orders TO PROGRAM 'cat > {dir}/program'
COPY items FROM PROGRAM 'echo 70,1' WITH (FORMAT csv)
COPY items FROM '{rows}' WITH (FORMAT csv)
COPY (DELETE FROM items RETURNING *) TO STDOUT
COPY (UPDATE items SET n = 0 RETURNING *) TO STDOUT
COPY (INSERT INTO items VALUES (60, 1) RETURNING *) TO STDOUT
COPY (WITH x AS (DELETE FROM items RETURNING *) SELECT * FROM x) TO STDOUT
COPY (SELECT bump()) TO STDOUT
copy orders to program $$cat > {dir}/program2$$
SELECT pg_file_write('{dir}/written', 'x', false)
SELECT pg_file_unlink('{rows}')
SELECT pg_file_rename('{rows}', '{dir}/renamed')
SELECT pg_logdir_ls()
CREATE TABLESPACE x LOCATION '{space}'
CREATE EXTENSION IF NOT EXISTS hstore
CREATE EXTENSION file_fdw
LOAD 'auto_explain'
# settings and sessions
SELECT set_config('search_path', 'pg_catalog', false)
SELECT set_config('work_mem', '1MB', false)
SELECT set_config('default_transaction_read_only', 'off', false), set_config('work_mem', '2MB', false)
SELECT pg_catalog.set_config('work_mem', '1MB', false)
SET work_mem = '1MB'
SET SESSION work_mem TO '1MB'
SET search_path TO secret, public
SET TIME ZONE 'UTC+3'
SET NAMES 'LATIN1'
SET ROLE reader
SET SESSION AUTHORIZATION reader
RESET ALL
RESET search_path
DISCARD ALL
DISCARD TEMP
ALTER SYSTEM SET work_mem = '1MB'
ALTER DATABASE work SET work_mem = '1MB'
ALTER ROLE reader SET work_mem = '1MB'
ALTER ROLE reader SUPERUSER
SELECT setseed(0.5)
SELECT pg_reload_conf()
SELECT pg_rotate_logfile()
SELECT pg_terminate_backend({victim})
SELECT pg_cancel_backend({victim})
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = {victim}
SELECT pg_advisory_lock(1)
SELECT pg_try_advisory_lock(2)
SELECT pg_advisory_xact_lock(1)
SELECT pg_notify('news', 'x')
NOTIFY news
NOTIFY news, 'x'
LISTEN other
UNLISTEN *
LOCK TABLE orders IN ACCESS EXCLUSIVE MODE
BEGIN; LOCK TABLE orders; COMMIT
SELECT pg_stat_reset()
SELECT pg_stat_reset_shared('bgwriter')
SELECT pg_create_restore_point('x')
SELECT pg_switch_wal()
SELECT pg_create_physical_replication_slot('slot1', true)
SELECT pg_backup_start('x')
SELECT pg_replication_origin_create('x')
SELECT pg_logical_emit_message(false, 'a', 'b')
SELECT txid_current()
SELECT pg_export_snapshot()
SELECT pg_import_system_collations('public')
SELECT pg_extension_config_dump('orders', '')
SELECT binary_upgrade_set_next_pg_type_oid(1)
SELECT gin_clean_pending_list('docs_data')
SELECT brin_summarize_new_values('orders_total')
SELECT pg_promote()
CHECKPOINT
# row locks
SELECT * FROM orders FOR UPDATE
SELECT * FROM orders FOR NO KEY UPDATE
SELECT * FROM orders FOR SHARE
SELECT * FROM orders FOR KEY SHARE SKIP LOCKED
SELECT * FROM orders FOR UPDATE OF orders NOWAIT
SELECT * FROM (SELECT * FROM orders FOR UPDATE) x
WITH x AS (SELECT * FROM orders FOR SHARE) SELECT count(*) FROM x
SELECT * FROM orders LIMIT 1 FOR UPDATE
# text run as SQL
SELECT query_to_xml('DELETE FROM items RETURNING *', true, true, '')
SELECT query_to_xml('INSERT INTO audit VALUES (1)', true, true, '')
SELECT query_to_xml($$WITH x AS (DELETE FROM items RETURNING *) SELECT * FROM x$$, true, true, '')
SELECT query_to_xml_and_xmlschema('DELETE FROM items', true, true, '')
SELECT query_to_xmlschema('DELETE FROM items', true, true, '')
SELECT cursor_to_xml('c', 1, true, true, '')
SELECT ts_stat('DELETE FROM items RETURNING to_tsvector(id::text)')
SELECT ts_rewrite('a'::tsquery, 'SELECT bump()::text::tsquery, ''b''::tsquery')
SELECT ts_rewrite('a'::tsquery, 'DELETE FROM items RETURNING ''a''::tsquery, ''b''::tsquery')
SELECT dblink('{conninfo}', 'DELETE FROM items')
SELECT dblink_exec('{conninfo}', 'DELETE FROM items')
SELECT * FROM dblink('{conninfo}', 'DELETE FROM items RETURNING id') AS t(id int)
SELECT dblink_connect('x', '{conninfo}')
SELECT xpath_table('id', 'note', 'orders', '/a', 'true')
SELECT * FROM crosstab('SELECT bump()::text, ''a''::text, ''b''::text') AS t(a text, b text)
SELECT * FROM connectby('items', 'id', 'n', '1', 0) AS t(a int, b int, c int)
SELECT schema_to_xml('public', true, true, '')
SELECT database_to_xml(true, true, '')
# the catalogue
CREATE TABLE made (id int)
CREATE TABLE made AS SELECT * FROM orders
CREATE TABLE IF NOT EXISTS made AS TABLE orders
CREATE TEMP TABLE made AS SELECT 1
CREATE UNLOGGED TABLE made (id int)
CREATE VIEW made AS SELECT 1
CREATE OR REPLACE VIEW order_names AS SELECT 1 AS id, 'x'::text AS name
CREATE MATERIALIZED VIEW made AS SELECT 1
REFRESH MATERIALIZED VIEW sums
REFRESH MATERIALIZED VIEW CONCURRENTLY sums
CREATE INDEX ON orders (total)
CREATE INDEX CONCURRENTLY made ON orders (total)
CREATE SEQUENCE made
CREATE SCHEMA made CREATE TABLE made.t (id int)
CREATE FUNCTION made() RETURNS int LANGUAGE sql AS 'SELECT 1'
CREATE OR REPLACE FUNCTION lower(text) RETURNS text LANGUAGE sql AS 'SELECT 1::text'
CREATE TRIGGER made AFTER INSERT ON orders EXECUTE FUNCTION noted()
CREATE RULE made AS ON SELECT TO items DO INSTEAD SELECT 1, 2
CREATE ROLE made SUPERUSER LOGIN
CREATE TYPE made AS ENUM ('a')
CREATE DOMAIN made AS int
CREATE POLICY made ON orders USING (true)
CREATE EVENT TRIGGER made ON ddl_command_end EXECUTE FUNCTION noted_event()
CREATE PUBLICATION made FOR ALL TABLES
CREATE STATISTICS made ON id, total FROM orders
CREATE CAST (text AS orders) WITH INOUT
ALTER TABLE orders ADD COLUMN extra int
ALTER TABLE orders RENAME TO sold
ALTER TABLE orders DISABLE TRIGGER ALL
ALTER FUNCTION bump() SECURITY DEFINER
ALTER TABLE orders OWNER TO reader
DROP TABLE items
DROP TABLE IF EXISTS items, orders CASCADE
DROP VIEW order_names
DROP FUNCTION bump() CASCADE
DROP ROLE reader
GRANT ALL ON secrets TO PUBLIC
REVOKE ALL ON orders FROM PUBLIC CASCADE
COMMENT ON TABLE orders IS 'x'
SECURITY LABEL ON TABLE orders IS 'x'
REASSIGN OWNED BY reader TO CURRENT_USER
DROP OWNED BY reader
IMPORT FOREIGN SCHEMA x FROM SERVER y INTO public
ANALYZE orders
VACUUM orders
VACUUM FULL orders
CLUSTER orders USING orders_pkey
REINDEX TABLE orders
SELECT * INTO made FROM orders
SELECT id INTO TEMP made FROM orders
SELECT id INTO UNLOGGED TABLE public.made FROM orders
WITH x AS (SELECT 1) SELECT * INTO made FROM x
SELECT 1 AS a INTO made UNION SELECT 2
# spellings
select 1;--\nDELETE FROM items
SELECT 1 /* ; */ ; DELETE FROM items
SELECT 1 /* /* nested */ ; SELECT 2 */ ; DELETE FROM items
SELECT 1 -- x\r; DELETE FROM items
SELECT '\'; DELETE FROM items; --'
SELECT E'\'; SELECT 2; --'; DELETE FROM items
SELECT $a$ $b$ $a$; DELETE FROM items; SELECT $b$ x $b$
SELECT 1 AS "a;b"; DELETE FROM items
SELECT U&'\0027'; DELETE FROM items
SELECT 'a' 'b'; DELETE FROM items
SELECT 'a'\n'b'; DELETE FROM items
SELECT 1;\tDELETE\tFROM\titems
\n\nDELETE FROM items
(DELETE FROM items)
((SELECT bump()))
DELETE/**/FROM/**/items
SELECT 1; ; ;DELETE FROM items;
SELECT 1 $$ ; $$; DELETE FROM items
SELECT B'1'; DELETE FROM items
SELECT X'1F'; DELETE FROM items
SELECT N'a'; DELETE FROM items
SELECT 1;DELETE FROM items--
SELECT 1::int;DELETE FROM items
SELECT 1 AS a$b$; DELETE FROM items; SELECT 1 AS c$b$
SELECT a$1$ FROM (SELECT 1 AS a$1$) x; DELETE FROM items
SELECT 1 OPERATOR(pg_catalog.+) 2; DELETE FROM items
SELECT '/*'; DELETE FROM items; SELECT '*/'
SELECT '--'; DELETE FROM items
SELECT "/*" FROM (SELECT 1 AS "/*") x; DELETE FROM items; SELECT 1 AS "*/"
SELECT 1 WHERE 'a' = 'a\'; DELETE FROM items; --'
COPY items FROM STDIN; DELETE FROM items
TABLE orders; DELETE FROM items
TABLE items, bump()
SELECT é FROM (SELECT 1 AS é) x; DELETE FROM items
SELECT 1 é; DELETE FROM items
# psql
\! touch {dir}/touched
\o {dir}/out
\copy orders TO '{dir}/copied'
SELECT 'touch {dir}/x' \g |sh
SELECT 'DELETE FROM items' \gexec
\i {rows}
\set x `touch {dir}/set`
SELECT 1 \g {dir}/g
# limits: a view, a function in the notation of a column, and an operator do more inside the server than their names say
SELECT * FROM writing_view
SELECT o.bump_row FROM orders o
SELECT id FROM orders WHERE total # 1
