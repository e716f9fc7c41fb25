//! Functions that are granted to everybody: they compute from their arguments, or tell what any user of the database may
//! know, and do not write, wait, connect, run text as SQL, or read files, large objects, settings or other sessions.
//!
//! What is left out on purpose, because it looks harmless and is not: `nextval`, `setval` and `currval` (sequences),
//! `set_config`, `current_setting` (settings hold secrets), `pg_sleep`, `sleep`, `benchmark` and `waitfor` (time),
//! `pg_read_file`, `pg_ls_dir`, `load_file`, `readfile`, `writefile`, `lo_import`, `lo_export` (files), `dblink`,
//! `openrowset`, `http_get` (network), `query_to_xml`, `cursor_to_xml`, `database_to_xml`, `xmltable` (run text, or
//! dump tables), `pg_terminate_backend`, `pg_advisory_lock`, `get_lock`, `kill` (other sessions), `load_extension`,
//! `fts3_tokenizer`, `edit` (code), `inet_server_addr`, `ts_stat` and `ts_rewrite` (run an argument as a query), `xpath` and
//! `extractvalue` (entities, and error messages that carry data out), `pg_stat_file`, `xp_*`, `sp_*`.
//!
//! A name may be qualified with `pg_catalog` or `sys` only: a function of another schema is somebody's own.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Aggregates.
const AGGREGATES: &str = "\
    any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or checksum_agg corr count count_big covar_pop \
    covar_samp cume_dist dense_rank every first first_value group_concat grouping grouping_id json_agg json_arrayagg \
    json_group_array json_group_object json_object_agg json_objectagg jsonb_agg jsonb_group_array jsonb_group_object \
    jsonb_object_agg lag last last_value lead listagg max median min mode nth_value ntile percent_rank \
    percentile_cont percentile_disc range_agg rank regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope \
    regr_sxx regr_sxy regr_syy row_number std stddev stddev_pop stddev_samp stdev stdevp string_agg sum total var \
    var_pop var_samp variance varp xmlagg";

/// Strings.
const STRINGS: &str = "\
    ascii bin bit_length btrim char char_length character_length charindex chr concat concat_ws convert_from \
    convert_to datalength decode difference elt encode export_set field find_in_set format format_number from_base64 \
    hex initcap insert instr isnumeric lcase left len length levenshtein locate lower lpad ltrim make_set md5 mid \
    nchar normalize oct octet_length ord overlay parse_ident patindex position printf quote quote_ident \
    quote_literal quote_nullable quotename regexp_count regexp_instr regexp_like regexp_match regexp_matches \
    regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr repeat replace replicate reverse right \
    rpad rtrim sha sha1 sha2 sha224 sha256 sha384 sha512 similarity soundex space split_part starts_with str strcmp \
    string_escape string_split string_to_array string_to_table strpos stuff substr substring substring_index \
    to_base64 to_hex translate trim ucase unaccent unhex unicode unistr upper weight_string word_similarity";

/// Numbers.
const NUMBERS: &str = "\
    abs acos acosh asin asinh atan atan2 atanh atn2 bit_count cbrt ceil ceiling conv cos cosh cot crc32 degrees div \
    erf exp factorial floor gcd greatest lcm least ln log log10 log2 mod pi pow power radians rand random round \
    scale sign sin sinh sqrt square tan tanh trim_scale trunc truncate width_bucket";

/// Dates.
const DATES: &str = "\
    adddate addtime age clock_timestamp convert_tz curdate current_date current_time current_timestamp curtime date \
    date_add date_bin date_format date_part date_sub date_trunc dateadd datediff datediff_big datefromparts datename \
    datepart datetime datetime2fromparts datetimefromparts datetrunc day dayname dayofmonth dayofweek dayofyear \
    eomonth extract from_days from_unixtime get_format getdate getutcdate hour isdate isfinite julianday \
    justify_days justify_hours justify_interval last_day localtime localtimestamp make_date make_interval make_time \
    make_timestamp make_timestamptz makedate maketime microsecond minute month monthname now period_add period_diff \
    quarter sec_to_time second statement_timestamp str_to_date strftime subdate subtime switchoffset sysdatetime \
    sysdatetimeoffset sysutcdatetime time time_bucket time_format time_to_sec timediff timefromparts timeofday \
    timestamp timestampadd timestampdiff to_char to_date to_days to_number to_seconds to_timestamp todatetimeoffset \
    transaction_timestamp unix_timestamp unixepoch utc_date utc_time utc_timestamp week weekday weekofyear year \
    yearweek";

/// Choice and types.
const CHOICE_AND_TYPES: &str = "\
    bigint bool boolean bytea cast choose coalesce convert decimal double float float4 float8 glob if ifnull iif int \
    int2 int4 int8 integer interval isnull json jsonb like likelihood likely nchar nullif num_nonnulls num_nulls \
    numeric nvl nvl2 parse pg_typeof real row smallint text timestamptz timetz try_cast try_convert try_parse typeof \
    unlikely uuid values varchar zeroblob";

/// JSON.
const JSON: &str = "\
    array_to_json isjson json_array json_array_append json_array_elements json_array_elements_text json_array_insert \
    json_array_length json_build_array json_build_object json_contains json_contains_path json_depth json_each \
    json_each_text json_error_position json_exists json_extract json_extract_path json_extract_path_text json_insert \
    json_keys json_length json_merge json_merge_patch json_merge_preserve json_modify json_object json_object_keys \
    json_overlaps json_patch json_path_exists json_populate_record json_populate_recordset json_pretty json_query \
    json_quote json_remove json_replace json_scalar json_search json_serialize json_set json_strip_nulls \
    json_to_record json_to_recordset json_tree json_type json_typeof json_unquote json_valid json_value jsonb_array \
    jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object \
    jsonb_each jsonb_each_text jsonb_extract jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object \
    jsonb_object_keys jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array \
    jsonb_path_query_first jsonb_populate_record jsonb_populate_recordset jsonb_pretty jsonb_set jsonb_set_lax \
    jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof openjson row_to_json to_json to_jsonb";

/// Arrays, ranges and sets.
const ARRAYS: &str = "\
    array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position array_positions \
    array_prepend array_remove array_replace array_to_string array_upper cardinality daterange generate_series \
    generate_subscripts int4range int8range isempty lower_inc lower_inf numrange range_merge trim_array tsrange \
    tstzrange unnest upper_inc upper_inf";

/// Text search.
const TEXT_SEARCH: &str = "\
    bm25 highlight match numnode phraseto_tsquery plainto_tsquery querytree setweight snippet strip to_tsquery \
    to_tsvector ts_delete ts_filter ts_headline ts_rank ts_rank_cd tsvector_to_array websearch_to_tsquery";

/// Ids that touch nothing.
const IDS_THAT_TOUCH_NOTHING: &str = "\
    bin_to_uuid gen_random_uuid is_uuid newid randomblob uuid_generate_v4 uuid_to_bin uuidv4 uuidv7";

/// Who and where one is.
const WHO_AND_WHERE_ONE_IS: &str = "\
    changes coalesce current_catalog current_database current_role current_schema current_schemas current_user \
    database db_name found_rows host_name last_insert_id last_insert_rowid object_id object_name original_login \
    pg_backend_pid pg_is_in_recovery row_count rowcount_big schema schema_name scope_identity session_user sqlite_source_id \
    sqlite_version suser_name suser_sname system_user total_changes user user_name version";

/// Sizes and descriptions of tables, as ORMs and tools ask for them.
const SIZES_AND_DESCRIPTIONS_OF_TABLES: &str = "\
    col_description format_type has_column_privilege has_schema_privilege has_table_privilege obj_description \
    pg_column_size pg_encoding_to_char pg_get_constraintdef pg_get_expr pg_get_functiondef pg_get_indexdef \
    pg_get_keywords pg_get_serial_sequence pg_get_userbyid pg_get_viewdef pg_indexes_size pg_relation_size pg_size_pretty \
    pg_table_is_visible pg_table_size pg_total_relation_size pg_type_is_visible shobj_description to_regclass \
    to_regnamespace to_regtype";

/// Places (PostGIS and MySQL), those that only compute.
const PLACES_POSTGIS_AND_MYSQL: &str = "\
    point st_area st_asewkt st_asgeojson st_astext st_aswkt st_buffer st_centroid st_contains st_covers st_distance \
    st_distance_sphere st_dwithin st_envelope st_equals st_geogfromtext st_geohash st_geometrytype \
    st_geomfromgeojson st_geomfromtext st_intersection st_intersects st_isvalid st_length st_makepoint st_npoints \
    st_point st_setsrid st_simplify st_srid st_transform st_union st_within st_x st_y";

static HARMLESS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let lists = [
        AGGREGATES,
        STRINGS,
        NUMBERS,
        DATES,
        CHOICE_AND_TYPES,
        JSON,
        ARRAYS,
        TEXT_SEARCH,
        IDS_THAT_TOUCH_NOTHING,
        WHO_AND_WHERE_ONE_IS,
        SIZES_AND_DESCRIPTIONS_OF_TABLES,
        PLACES_POSTGIS_AND_MYSQL,
    ];
    lists.iter().flat_map(|list| list.split_whitespace()).collect()
});

/// Whether everybody may call it. The name is in lower case, qualified as written.
pub fn is_harmless(name: &str) -> bool {
    let plain = name.strip_prefix("pg_catalog.").or_else(|| name.strip_prefix("sys.")).unwrap_or(name);
    HARMLESS.contains(plain)
}
