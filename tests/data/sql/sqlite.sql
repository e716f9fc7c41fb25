# reads
SELECT 1
select id, total from orders where total > 10 order by id limit 5 offset 1
SELECT id FROM orders LIMIT 1, 2
SELECT count(*), sum(total), avg(total), total(total) FROM orders GROUP BY customer HAVING count(*) > 0
SELECT o.id, u.name FROM orders AS o LEFT JOIN users AS u ON u.id = o.customer
SELECT * FROM orders NATURAL JOIN items
SELECT * FROM orders WHERE note LIKE '%a%' ESCAPE '\' OR note GLOB 'x*' OR note IS NULL OR note ISNULL
WITH big AS (SELECT * FROM orders WHERE total > 10) SELECT * FROM big
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t
WITH t AS MATERIALIZED (SELECT 1 AS a) SELECT * FROM t
VALUES (1, 2), (3, 4)
SELECT id FROM orders UNION SELECT id FROM users EXCEPT SELECT 7
SELECT id, row_number() OVER (PARTITION BY customer ORDER BY total DESC) FROM orders
SELECT id, sum(total) OVER w FROM orders WINDOW w AS (ORDER BY id)
SELECT json_extract(data, '$.a'), data -> 'b', data ->> '$.b.c' FROM docs
SELECT value FROM docs, json_each(docs.data, '$.list')
SELECT key, value FROM docs, json_tree(docs.data)
SELECT group_concat(name, ', '), max(name), min(id) FROM users
SELECT date('now'), datetime(0, 'unixepoch'), strftime('%Y', 'now'), julianday('now')
SELECT CASE WHEN total > 1 THEN 'a' ELSE 'b' END, iif(total > 1, 1, 0) FROM orders
SELECT coalesce(note, 'none'), nullif(total, 0), ifnull(note, ''), max(1, 2) FROM orders
SELECT upper(name), lower(name), substr(name, 1, 2), instr(name, 'n'), replace(name, 'a', 'b'), trim(name), length(name) FROM users
SELECT printf('%d', 1), format('%s', 'a'), quote('a'), hex('a'), unicode('a'), char(65), typeof(1), round(1.5), abs(-1)
SELECT * FROM orders WHERE id IN (1, 2, 3) AND total BETWEEN 1 AND 100
SELECT * FROM orders WHERE EXISTS (SELECT 1 FROM users WHERE users.id = orders.customer)
SELECT (SELECT max(id) FROM orders), changes(), total_changes(), last_insert_rowid()
SELECT rowid, oid, _rowid_ FROM orders
SELECT * FROM orders INDEXED BY orders_total WHERE total > 1
SELECT * FROM orders NOT INDEXED
SELECT [id], `total`, "note" FROM [orders]
SELECT 'it''s; DROP TABLE x', x'0102', 1e3, 0x1F -- DROP TABLE orders
SELECT /* UPDATE orders */ 1
SELECT 1; SELECT 2;
SELECT name, sql FROM sqlite_master WHERE type = 'table'
SELECT name FROM sqlite_schema
SELECT seq FROM sqlite_sequence
SELECT * FROM notes WHERE notes MATCH 'one'
SELECT highlight(notes, 0, '[', ']'), snippet(notes, 0, '', '', '', 5), bm25(notes) FROM notes WHERE notes MATCH 'one'
SELECT * FROM old_notes WHERE old_notes MATCH 'one'
SELECT * FROM boxes WHERE x0 > -1
SELECT * FROM order_names
SELECT random(), randomblob(4), sqlite_version(), sqlite_source_id()
SELECT CAST('1' AS INTEGER), '1' + 1, 1 || 2, ~1, 1 << 2, 5 % 2
SELECT 1 IS NOT DISTINCT FROM 2, 1 == 1, 1 <> 2, NOT 1
SELECT 1 AS "insert", 2 AS 'DROP TABLE'
SELECT count(*) FILTER (WHERE total > 1) FROM orders
SELECT DISTINCT customer FROM orders ORDER BY total COLLATE NOCASE DESC NULLS LAST
SELECT ?1, :name, @x, $y
SELECT * FROM pragma_table_info('orders')
SELECT * FROM pragma_database_list
SELECT name FROM pragma_function_list
SELECT * FROM pragma_user_version
SELECT load_extension IS NULL FROM (SELECT 1 AS load_extension)
EXPLAIN SELECT * FROM orders
EXPLAIN QUERY PLAN SELECT * FROM orders
EXPLAIN DELETE FROM items
EXPLAIN QUERY PLAN UPDATE items SET n = 0
PRAGMA table_info(orders)
PRAGMA table_info('orders')
PRAGMA main.table_info(orders)
PRAGMA table_xinfo(orders)
PRAGMA table_list
PRAGMA index_list(orders)
PRAGMA index_info(orders_total)
PRAGMA foreign_key_list(orders)
PRAGMA foreign_key_check
PRAGMA foreign_keys
PRAGMA database_list
PRAGMA user_version
PRAGMA application_id
PRAGMA schema_version
PRAGMA integrity_check
PRAGMA quick_check
PRAGMA journal_mode
PRAGMA page_size
PRAGMA page_count
PRAGMA freelist_count
PRAGMA encoding
PRAGMA compile_options
PRAGMA collation_list
PRAGMA synchronous
PRAGMA cache_size
PRAGMA auto_vacuum
PRAGMA busy_timeout
PRAGMA secure_delete
PRAGMA temp_store
PRAGMA recursive_triggers
PRAGMA locking_mode
PRAGMA max_page_count
PRAGMA mmap_size
PRAGMA wal_autocheckpoint
PRAGMA data_version
PRAGMA integrity_check(5)
PRAGMA defer_foreign_keys
PRAGMA query_only
PRAGMA writable_schema
PRAGMA cell_size_check
PRAGMA threads
PRAGMA trusted_schema
PRAGMA hard_heap_limit
# rows
INSERT INTO items VALUES (100, 1)
insert into items select id + 200, 1 from orders
INSERT INTO orders DEFAULT VALUES
INSERT OR REPLACE INTO items VALUES (1, 9)
INSERT OR IGNORE INTO items VALUES (300, 9)
REPLACE INTO items VALUES (1, 9)
INSERT INTO items VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET n = 7
INSERT INTO items VALUES (100, 1) RETURNING *
INSERT INTO order_names VALUES (1, 'x')
UPDATE items SET n = 0
UPDATE OR IGNORE items SET n = 0
UPDATE items SET n = 1 FROM orders WHERE orders.id = items.id
UPDATE items SET n = 8 RETURNING id
DELETE FROM items
DELETE FROM items WHERE id = 1 RETURNING *
DELETE FROM main.items
WITH x AS (SELECT 1 AS a) DELETE FROM items WHERE id IN (SELECT a FROM x)
WITH x AS (SELECT 1 AS a) INSERT INTO items SELECT 500, a FROM x
WITH x(a) AS (VALUES (1)) UPDATE items SET n = 0 WHERE id IN x
WITH RECURSIVE t(n) AS (VALUES (600) UNION ALL SELECT n + 1 FROM t WHERE n < 605) INSERT INTO items SELECT n, n FROM t
WITH x AS (SELECT 1) REPLACE INTO items SELECT 1, 99
SELECT 1; DELETE FROM items
SELECT 1;DELETE FROM items;SELECT 2
; ; DELETE FROM items
COMMIT; DELETE FROM items
BEGIN; DELETE FROM items; COMMIT
BEGIN IMMEDIATE; DELETE FROM items; END
BEGIN EXCLUSIVE
BEGIN
SAVEPOINT x; DELETE FROM items; RELEASE x
ROLLBACK; DELETE FROM items
END TRANSACTION; DELETE FROM items
INSERT INTO notes (notes) VALUES ('optimize')
INSERT INTO notes (notes) VALUES ('rebuild')
INSERT INTO notes (notes, rank) VALUES ('rank', 'bm25(10.0)')
INSERT INTO notes VALUES ('x')
DELETE FROM notes
UPDATE boxes SET x0 = 0
DELETE FROM sqlite_sequence
UPDATE sqlite_sequence SET seq = 100
# the catalogue
CREATE TABLE made (id)
CREATE TABLE made AS SELECT * FROM orders
CREATE TEMP TABLE made AS SELECT 1
CREATE TABLE IF NOT EXISTS made (id)
CREATE VIEW made AS SELECT 1
CREATE TEMP VIEW orders AS SELECT 1 AS id
CREATE INDEX made ON orders (note)
CREATE TRIGGER made AFTER INSERT ON orders BEGIN DELETE FROM items; END
CREATE VIRTUAL TABLE made USING fts5(a)
CREATE VIRTUAL TABLE made USING rtree(a, b, c)
ALTER TABLE orders ADD COLUMN extra
ALTER TABLE orders RENAME TO sold
ALTER TABLE orders RENAME COLUMN note TO remark
ALTER TABLE orders DROP COLUMN note
DROP TABLE items
DROP TABLE IF EXISTS items
DROP VIEW order_names
DROP INDEX orders_total
DROP TRIGGER keep_items
ANALYZE
ANALYZE orders
REINDEX
REINDEX orders
VACUUM
# files and code
VACUUM INTO '{dir}/copy.db'
vacuum main into '{dir}/copy2.db'
ATTACH DATABASE '{dir}/attached.db' AS other
ATTACH '{dir}/attached.db' AS other; CREATE TABLE other.t AS SELECT * FROM secrets
ATTACH DATABASE '{dir}/attached.db' AS other; INSERT INTO items VALUES (1000, 1); DETACH other
ATTACH ':memory:' AS scratch
DETACH DATABASE main
SELECT load_extension('{dir}/x')
SELECT load_extension('{dir}/x', 'main')
SELECT writefile('{dir}/written', 'x')
SELECT writefile('{dir}/written', value) FROM secrets
SELECT readfile('{dir}/x')
SELECT edit('x', 'touch {dir}/edited;')
SELECT fts3_tokenizer('simple')
SELECT fts3_tokenizer('simple', x'4141414141414141')
SELECT * FROM fsdir('{dir}')
SELECT * FROM zipfile('{dir}/x.zip')
SELECT sqlite_log(1, 'x')
SELECT sha3_query('DELETE FROM items')
# settings
PRAGMA user_version = 7
PRAGMA user_version(7)
PRAGMA main.user_version = 7
PRAGMA application_id = 7
PRAGMA schema_version = 99
PRAGMA journal_mode = WAL
PRAGMA journal_mode(wal)
PRAGMA journal_mode = OFF
PRAGMA writable_schema = 1
PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'x' WHERE name = 'items'
PRAGMA writable_schema = RESET
PRAGMA query_only = 1
PRAGMA query_only = 0; DELETE FROM items
PRAGMA foreign_keys = ON
PRAGMA foreign_keys(1)
PRAGMA ignore_check_constraints = 1
PRAGMA synchronous = OFF
PRAGMA cache_size = 1
PRAGMA busy_timeout = 1
PRAGMA busy_timeout(1)
PRAGMA auto_vacuum = FULL; VACUUM
PRAGMA page_size = 8192; VACUUM
PRAGMA encoding = 'UTF-16'
PRAGMA secure_delete = ON
PRAGMA temp_store = MEMORY
PRAGMA temp_store_directory = '{dir}'
PRAGMA data_store_directory = '{dir}'
PRAGMA locking_mode = EXCLUSIVE
PRAGMA recursive_triggers = 1
PRAGMA defer_foreign_keys = 1
PRAGMA case_sensitive_like = 1
PRAGMA case_sensitive_like(1)
PRAGMA trusted_schema = 0
PRAGMA legacy_alter_table = 1
PRAGMA reverse_unordered_selects = 1
PRAGMA max_page_count = 3
PRAGMA mmap_size = 1000000
PRAGMA incremental_vacuum
PRAGMA wal_checkpoint
PRAGMA wal_checkpoint(TRUNCATE)
PRAGMA wal_autocheckpoint = 5
PRAGMA optimize
PRAGMA optimize(0x10002)
PRAGMA shrink_memory
PRAGMA analysis_limit = 5
PRAGMA soft_heap_limit = 100
PRAGMA hard_heap_limit = 100000000
PRAGMA cell_size_check = 1
PRAGMA checkpoint_fullfsync = 1
PRAGMA fullfsync = 1
PRAGMA read_uncommitted = 1
PRAGMA threads = 2
PRAGMA key = 'x'
PRAGMA rekey = 'x'
PRAGMA automatic_index = 0
PRAGMA count_changes = 1
PRAGMA full_column_names = 1
PRAGMA short_column_names = 0
PRAGMA empty_result_callbacks = 1
PRAGMA default_cache_size = 5
PRAGMA cache_spill = 0
PRAGMA journal_size_limit = 5
PRAGMA vdbe_trace = 1
PRAGMA parser_trace = 1
SELECT * FROM pragma_user_version(7)
SELECT * FROM pragma_user_version WHERE arg = 7
SELECT * FROM pragma_journal_mode('wal')
SELECT * FROM pragma_journal_mode WHERE arg = 'wal'
SELECT * FROM pragma_query_only(1)
SELECT * FROM pragma_writable_schema(1)
SELECT * FROM pragma_foreign_keys(1)
SELECT * FROM pragma_optimize
SELECT * FROM pragma_wal_checkpoint
SELECT * FROM pragma_incremental_vacuum
SELECT * FROM pragma_auto_vacuum(1)
SELECT * FROM pragma_page_size(8192)
SELECT * FROM pragma_cache_size(1)
SELECT * FROM pragma_application_id(9)
SELECT * FROM pragma_locking_mode('exclusive')
SELECT * FROM pragma_busy_timeout(1)
PRAGMA table_info(orders); DELETE FROM items
PRAGMA user_version -- x\n= 7
PRAGMA user_version /* x */ = 7
PRAGMA "user_version" = 7
PRAGMA [user_version] = 7
PRAGMA user_version = -1
PRAGMA user_version = +7
# spellings
select 1;--\nDELETE FROM items
SELECT 1 /* ; */ ; DELETE FROM items
SELECT 1 /* /* nested */ ; DELETE FROM items; SELECT 2 */
SELECT 1 -- x\r; DELETE FROM items
SELECT '\'; DELETE FROM items; --'
SELECT "a;b" FROM (SELECT 1 AS "a;b"); DELETE FROM items
SELECT [a;b] FROM (SELECT 1 AS [a;b]); DELETE FROM items
SELECT [a] FROM (SELECT 1 AS a); DELETE FROM items; SELECT 1 AS [b]
SELECT `a``b` FROM (SELECT 1 AS `a``b`); DELETE FROM items
SELECT 1;\tDELETE\tFROM\titems
\n\nDELETE FROM items
DELETE/**/FROM/**/items
SELECT 1; ; ;DELETE FROM items;
SELECT x'01'; DELETE FROM items
SELECT 1;DELETE FROM items--
SELECT 1;DELETE FROM items /*
SELECT '/*'; DELETE FROM items; SELECT '*/'
SELECT '--'; DELETE FROM items
SELECT 1 FROM items WHERE n = 'a\'; DELETE FROM items; --'
SELECT $a; DELETE FROM items
SELECT #1; DELETE FROM items
SELECT 1 # x\n; DELETE FROM items
SELECT $$; DELETE FROM items; SELECT $$
SELECT "items"; DELETE FROM "items"
SELECT 1 AS é; DELETE FROM items
SELECT 1 é; DELETE FROM items
SELECT 1 FROM items AS t(a); DELETE FROM items
SELECT 1 /*! ; DELETE FROM items; */
SELECT 1 /*; DELETE FROM items
EXPLAIN SELECT 1; DELETE FROM items
EXPLAIN QUERY PLAN SELECT 1; DELETE FROM items
DELETE FROM 'items'
DELETE FROM [items]
DELETE FROM `items`
# the shell of SQLite
.shell touch {dir}/shell
.system touch {dir}/system
.output {dir}/output\nSELECT 1;
.once {dir}/once\nSELECT 1;
.backup {dir}/backup.db
.save {dir}/save.db
.clone {dir}/clone.db
.log {dir}/log
.import {dir}/x items
.open {dir}/opened.db\nCREATE TABLE x (a);
.read {dir}/x
.excel
.dump
.tables
.schema orders
SELECT 1;\n.shell touch {dir}/shell2
SELECT 1;\n.output {dir}/output2\nSELECT 1;
SELECT edit(value, 'touch {dir}/edit2;') FROM secrets;
SELECT writefile('{dir}/written2', value) FROM secrets;
SELECT 1\n.shell touch {dir}/shell3\n;
SELECT 1 -- x\n;\n.shell touch {dir}/shell4
