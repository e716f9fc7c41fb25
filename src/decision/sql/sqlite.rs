//! The grammar of SQLite, with the operators that the parser's own dialect leaves out: `a IS b`, `a IS NOT b`, `a ISNULL`,
//! `<<` and `>>`. <https://www.sqlite.org/lang_expr.html>

use std::any::TypeId;

use sqlparser::ast::{Expr, Statement};
use sqlparser::dialect::{Dialect, Precedence, SQLiteDialect};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

/// SQLite's dialect, and more operators.
#[derive(Debug)]
pub(super) struct Sqlite(pub SQLiteDialect);

impl Sqlite {
    /// `IS` and what may follow it here, where it compares two expressions. The parser reads `IS NULL` and the like.
    fn compares(parser: &Parser<'_>) -> Option<bool> {
        let keyword = |n| match &parser.peek_nth_token_ref(n).token {
            Token::Word(word) if word.quote_style.is_none() => word.keyword,
            _ => Keyword::NoKeyword,
        };
        let not = keyword(1) == Keyword::NOT;
        let own = [Keyword::NULL, Keyword::TRUE, Keyword::FALSE, Keyword::UNKNOWN, Keyword::DISTINCT, Keyword::JSON];
        (keyword(0) == Keyword::IS && !own.contains(&keyword(1 + usize::from(not)))).then_some(not)
    }
}

fn is_null_word(parser: &Parser<'_>) -> bool {
    matches!(&parser.peek_token_ref().token, Token::Word(word)
        if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("isnull"))
}

impl Dialect for Sqlite {
    fn dialect(&self) -> TypeId {
        self.0.dialect()
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        self.0.is_delimited_identifier_start(ch)
    }

    fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
        self.0.identifier_quote_style(identifier)
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        self.0.is_identifier_start(ch)
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        self.0.is_identifier_part(ch)
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        self.0.supports_filter_during_aggregation()
    }

    fn supports_start_transaction_modifier(&self) -> bool {
        self.0.supports_start_transaction_modifier()
    }

    fn supports_in_empty_list(&self) -> bool {
        self.0.supports_in_empty_list()
    }

    fn supports_limit_comma(&self) -> bool {
        self.0.supports_limit_comma()
    }

    fn supports_asc_desc_in_column_definition(&self) -> bool {
        self.0.supports_asc_desc_in_column_definition()
    }

    fn supports_dollar_placeholder(&self) -> bool {
        self.0.supports_dollar_placeholder()
    }

    fn supports_notnull_operator(&self) -> bool {
        self.0.supports_notnull_operator()
    }

    fn supports_comma_separated_trim(&self) -> bool {
        self.0.supports_comma_separated_trim()
    }

    fn supports_numeric_literal_underscores(&self) -> bool {
        self.0.supports_numeric_literal_underscores()
    }

    fn supports_bitwise_shift_operators(&self) -> bool {
        true
    }

    fn parse_statement(&self, parser: &mut Parser<'_>) -> Option<Result<Statement, ParserError>> {
        self.0.parse_statement(parser)
    }

    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        is_null_word(parser).then(|| Ok(self.prec_value(Precedence::Is)))
    }

    fn parse_infix(&self, parser: &mut Parser<'_>, expr: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
        if is_null_word(parser) {
            parser.advance_token();
            return Some(Ok(Expr::IsNull(Box::new(expr.clone()))));
        }
        let Some(not) = Sqlite::compares(parser) else { return self.0.parse_infix(parser, expr, precedence) };
        parser.advance_token();
        if not {
            parser.advance_token();
        }
        let left = Box::new(expr.clone());
        Some(parser.parse_subexpr(precedence).map(|right| {
            let right = Box::new(right);
            if not { Expr::IsDistinctFrom(left, right) } else { Expr::IsNotDistinctFrom(left, right) }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, read};

    fn reads(text: &str) -> Result<Vec<String>, String> {
        Ok(read(text, Dialect::Sqlite)?.statements.into_iter().flat_map(|statement| statement.reads).collect())
    }

    #[test]
    fn the_operators_of_sqlite_are_read_and_what_stands_in_them_is_seen() {
        for text in [
            "SELECT a IS b, a IS NOT ? FROM orders",
            "SELECT a ISNULL, a NOTNULL, a IS NULL, a IS NOT NULL FROM orders WHERE b ISNULL AND c",
            "SELECT 1 << 2 | 3 >> 1 FROM orders",
            "SELECT a IS NOT DISTINCT FROM b, a IS TRUE FROM orders",
        ] {
            assert_eq!(reads(text).unwrap(), ["orders"], "{text}");
        }
        for text in [
            "SELECT a IS (SELECT password FROM users) FROM orders",
            "SELECT a IS NOT (SELECT password FROM users) FROM orders",
            "SELECT 1 << (SELECT password FROM users) FROM orders",
            "SELECT (SELECT password FROM users) ISNULL FROM orders",
        ] {
            assert!(reads(text).unwrap().contains(&"users".to_owned()), "{text}");
        }
        for text in ["SELECT a IS", "SELECT a ISNULL 1 FROM orders", "SELECT (a <<) FROM orders"] {
            assert!(reads(text).is_err(), "{text}");
        }
        let effect = read("SELECT 1 WHERE x ISNULL; DELETE FROM items", Dialect::Sqlite).unwrap();
        assert_eq!(effect.statements.last().map(|statement| statement.kind.as_str()), Some("delete"));
    }
}
