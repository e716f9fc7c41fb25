//! Reads kinds, tables and functions off the tree of a statement.

use std::collections::HashSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, CopySource, CopyTarget, Expr, FromTable, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
    ObjectName, ObjectType, Query, Select, SetExpr, Statement, TableFactor, TableObject, TableWithJoins,
    UpdateTableFromKind, Value, Visit, Visitor,
};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::kinds;
use super::names;
use super::scope::Scope;
use super::{Dialect, Fault};
use crate::model::effects::SqlStatement;

/// Reads every statement that the parser holds. Between two there must be a semicolon.
pub(super) fn statements(parser: &mut Parser<'_>, dialect: Dialect) -> Result<Vec<SqlStatement>, Fault> {
    let mut found = Vec::new();
    loop {
        while parser.consume_token(&Token::SemiColon) {}
        if parser.peek_token_ref().token == Token::EOF {
            return Ok(found);
        }
        match super::kinds::opaque(parser, dialect)? {
            Some(statement) => found.push(statement),
            None => {
                let statement =
                    parser.parse_statement().map_err(|why| Fault::Unread(format!("it does not parse: {why}")))?;
                found.push(analyse(&statement, dialect)?);
            }
        }
        let next = parser.peek_token_ref();
        if next.token != Token::SemiColon && next.token != Token::EOF {
            return Err(Fault::Unread(format!(
                "it does not parse: `{}` stands after the end of a statement",
                next.token
            )));
        }
    }
}

fn analyse(statement: &Statement, dialect: Dialect) -> Result<SqlStatement, Fault> {
    let mut walk = Walk::new(dialect);
    if let ControlFlow::Break(fault) = statement.visit(&mut walk) {
        return Err(fault);
    }
    Ok(walk.finish())
}

/// What has been found so far.
struct Walk {
    dialect: Dialect,
    scope: Scope,
    kinds: Kept,
    reads: Kept,
    writes: Kept,
    functions: Kept,
    /// Relations that are written, or are not tables at all: the walk meets them again.
    taken: HashSet<*const ObjectName>,
}

/// A list without repeats, in the order found.
#[derive(Default)]
struct Kept {
    list: Vec<String>,
    seen: HashSet<String>,
}

impl Kept {
    fn add(&mut self, value: String) {
        if self.seen.insert(value.clone()) {
            self.list.push(value);
        }
    }
}

type Flow = ControlFlow<Fault>;

impl Walk {
    fn new(dialect: Dialect) -> Walk {
        Walk {
            dialect,
            scope: Scope::new(dialect),
            kinds: Kept::default(),
            reads: Kept::default(),
            writes: Kept::default(),
            functions: Kept::default(),
            taken: HashSet::new(),
        }
    }

    fn finish(self) -> SqlStatement {
        let mut kinds = self.kinds.list;
        // The first of the strictest: the outermost statement where two are alike.
        let strictest = kinds.iter().map(|kind| kinds::strictness(kind)).max().unwrap_or(0);
        let place = kinds.iter().position(|kind| kinds::strictness(kind) == strictest).unwrap_or(0);
        let kind = if kinds.is_empty() { "unknown".to_owned() } else { kinds.remove(place) };
        SqlStatement {
            kind,
            also: kinds,
            reads: self.reads.list,
            writes: self.writes.list,
            functions: self.functions.list,
        }
    }

    fn kind(&mut self, kind: &str) {
        self.kinds.add(kind.to_owned());
    }

    fn read(&mut self, name: &ObjectName) -> Result<(), Fault> {
        let table = names::table(name, self.dialect)?;
        if name.0.len() > 1 || !self.scope.holds(&table) {
            self.reads.add(table);
        }
        Ok(())
    }

    /// The target of a change. A CTE is none: SQL Server would change the table behind it.
    fn write(&mut self, name: &ObjectName) -> Result<(), Fault> {
        let table = names::table(name, self.dialect)?;
        if name.0.len() == 1 && self.dialect == Dialect::Mssql && self.scope.holds(&table) {
            return Err(Fault::Refused(format!("it changes `{table}`, which is a name for a query; name the table")));
        }
        self.writes.add(table);
        self.taken.insert(std::ptr::from_ref(name));
        Ok(())
    }

    fn call(&mut self, name: &ObjectName) -> Result<(), Fault> {
        self.functions.add(names::function(name, self.dialect)?);
        Ok(())
    }

    fn write_all(&mut self, tables: &[TableWithJoins]) -> Result<(), Fault> {
        for table in tables {
            self.write_factor(&table.relation)?;
            for join in &table.joins {
                self.write_factor(&join.relation)?;
            }
        }
        Ok(())
    }

    fn write_factor(&mut self, factor: &TableFactor) -> Result<(), Fault> {
        match factor {
            TableFactor::Table { name, args: None, .. } => self.write(name),
            TableFactor::NestedJoin { table_with_joins, .. } => self.write_all(std::slice::from_ref(table_with_joins)),
            // A subquery or a function among the targets: what it reads is listed as read.
            _ => Ok(()),
        }
    }

    /// `UPDATE a SET ... FROM orders AS a` changes the table behind the alias, except in PostgreSQL and SQLite.
    fn aliases_are_targets(&self) -> bool {
        matches!(self.dialect, Dialect::Mssql | Dialect::Mysql)
    }

    fn enter(&mut self, statement: &Statement) -> Result<(), Fault> {
        self.kind(&kinds::kind(statement));
        match statement {
            Statement::Insert(insert) => {
                match &insert.table {
                    TableObject::TableName(name) => self.write(name)?,
                    TableObject::TableFunction(function) => self.call(&function.name)?,
                    TableObject::TableQuery(_) => {
                        return Err(Fault::Refused("it inserts into a query; name the table".into()));
                    }
                }
                if insert.replace_into || insert.or.is_some() || insert.overwrite {
                    self.kind("delete");
                }
                if insert.on.is_some() {
                    self.kind("update");
                }
                if !insert.multi_table_into_clauses.is_empty() || !insert.multi_table_when_clauses.is_empty() {
                    return Err(Fault::Refused("it inserts into several tables at once".into()));
                }
            }
            Statement::Update(update) => {
                self.write_all(std::slice::from_ref(&update.table))?;
                if let Some(UpdateTableFromKind::BeforeSet(from) | UpdateTableFromKind::AfterSet(from)) = &update.from
                    && self.aliases_are_targets()
                {
                    self.write_all(from)?;
                }
            }
            Statement::Delete(delete) => {
                let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
                self.write_all(from)?;
                if let Some(using) = &delete.using
                    && self.aliases_are_targets()
                {
                    self.write_all(using)?;
                }
            }
            Statement::Merge(merge) => {
                self.write_factor(&merge.table)?;
            }
            Statement::Explain { analyze, options, .. } => self.explain(*analyze, options.as_deref()),
            other => self.enter_other(other)?,
        }
        Ok(())
    }

    /// Without ANALYZE nothing runs, and the kind of what is explained is all that must be granted besides.
    fn explain(&mut self, analyze: bool, options: Option<&[sqlparser::ast::UtilityOption]>) {
        let option = |name: &str| options.unwrap_or_default().iter().any(|o| o.name.value.eq_ignore_ascii_case(name));
        if analyze || option("analyze") {
            self.kind("explain analyze");
        }
    }

    fn enter_other(&mut self, statement: &Statement) -> Result<(), Fault> {
        match statement {
            Statement::Copy { source, to, target, .. } => self.copy(source, *to, target)?,
            Statement::CreateTable(table) => {
                self.write(&table.name)?;
                if table.location.is_some() || table.base_location.is_some() {
                    self.kind("file");
                }
                // `PARTITION BY RANGE (at)` looks like a call.
                if let Some(Expr::Function(function)) = table.partition_by.as_deref()
                    && ["range", "list", "hash"].contains(&names::function(&function.name, self.dialect)?.as_str())
                {
                    self.taken.insert(std::ptr::from_ref(&function.name));
                }
                for parent in table.inherits.iter().flatten().chain(&table.partition_of).chain(&table.clone) {
                    self.write(parent)?;
                }
                if let Some(
                    sqlparser::ast::CreateTableLikeKind::Plain(like)
                    | sqlparser::ast::CreateTableLikeKind::Parenthesized(like),
                ) = &table.like
                {
                    self.read(&like.name)?;
                }
            }
            Statement::CreateView(view) => self.write(&view.name)?,
            Statement::CreateIndex(index) => {
                self.write(&index.table_name)?;
                // `(email(20))` is a column and how much of it; a call would stand in brackets of its own.
                let columns = index.columns.iter().filter(|_| self.dialect == Dialect::Mysql);
                let prefixes = columns.filter_map(|column| match &column.column.expr {
                    Expr::Function(function) if has_one_number(function) => Some(std::ptr::from_ref(&function.name)),
                    _ => None,
                });
                self.taken.extend(prefixes.collect::<Vec<_>>());
            }
            Statement::CreateVirtualTable { name, .. } => self.write(name)?,
            Statement::CreateTrigger(trigger) => self.write(&trigger.table_name)?,
            Statement::AlterTable(alter) => {
                self.write(&alter.name)?;
                for operation in &alter.operations {
                    if let sqlparser::ast::AlterTableOperation::RenameTable { table_name } = operation {
                        let (sqlparser::ast::RenameTableNameKind::As(name)
                        | sqlparser::ast::RenameTableNameKind::To(name)) = table_name;
                        self.write(name)?;
                    }
                }
            }
            Statement::AlterView { name, .. } => self.write(name)?,
            Statement::RenameTable(renames) => {
                for rename in renames {
                    self.write(&rename.old_name)?;
                    self.write(&rename.new_name)?;
                }
            }
            Statement::Drop { object_type, names, .. } => {
                if matches!(object_type, ObjectType::Table | ObjectType::View | ObjectType::MaterializedView) {
                    for name in names {
                        self.write(name)?;
                    }
                }
            }
            Statement::Truncate(truncate) => {
                for name in kinds::truncated(&truncate.table_names) {
                    self.write(name)?;
                }
            }
            Statement::LoadData { table_name, .. } => {
                self.write(table_name)?;
                self.kind("file");
            }
            Statement::LockTables { tables } => {
                for table in tables {
                    self.read(&ObjectName::from(vec![table.table.clone()]))?;
                }
            }
            Statement::Call(function) => self.call(&function.name)?,
            Statement::Execute { name: Some(name), .. } => self.call(name)?,
            Statement::Directory { .. } | Statement::Unload { .. } | Statement::ExportData(_) => self.kind("file"),
            Statement::ShowCreate { obj_name, .. } => self.read(obj_name)?,
            Statement::Vacuum(vacuum) => {
                if let Some(name) = &vacuum.table_name {
                    self.write(name)?;
                }
            }
            Statement::Comment { object_name, object_type: sqlparser::ast::CommentObject::Table, .. } => {
                self.write(object_name)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn copy(&mut self, source: &CopySource, to: bool, target: &CopyTarget) -> Result<(), Fault> {
        if let CopySource::Table { table_name, .. } = source {
            if to { self.read(table_name)? } else { self.write(table_name)? }
        }
        match target {
            CopyTarget::Stdin | CopyTarget::Stdout => {}
            CopyTarget::File { .. } => self.kind("file"),
            CopyTarget::Program { .. } => self.kind("program"),
        }
        Ok(())
    }

    fn enter_query(&mut self, query: &Query) -> Result<(), Fault> {
        self.scope.enter(query);
        if !query.locks.is_empty() {
            self.kind("lock");
        }
        if !query.pipe_operators.is_empty() || query.format_clause.is_some() || query.settings.is_some() {
            return Err(Fault::Unread("it holds a clause that this dialect does not have".into()));
        }
        self.enter_body(&query.body)
    }

    /// Set operations chain to the left, as deep as the scan allowed.
    fn enter_body(&mut self, body: &SetExpr) -> Result<(), Fault> {
        let mut next = vec![body];
        while let Some(body) = next.pop() {
            match body {
                SetExpr::SetOperation { left, right, .. } => next.extend([right.as_ref(), left.as_ref()]),
                // The parser reads it past its end, into the next statement.
                SetExpr::Table(_) => {
                    return Err(Fault::Refused("it holds the TABLE command; write SELECT * FROM".into()));
                }
                SetExpr::Select(_) => self.kind("select"),
                _ => {}
            }
        }
        Ok(())
    }

    fn enter_select(&mut self, select: &Select) -> Result<(), Fault> {
        let Some(into) = &select.into else { return Ok(()) };
        for target in &into.targets {
            match target {
                Expr::Identifier(ident) if ident.value.starts_with('@') => {}
                Expr::Identifier(ident) => {
                    self.kind("create");
                    self.write(&ObjectName::from(vec![ident.clone()]))?;
                }
                Expr::CompoundIdentifier(parts) => {
                    self.kind("create");
                    self.write(&ObjectName::from(parts.clone()))?;
                }
                _ => return Err(Fault::Refused(format!("it selects into `{target}`, which is not a table"))),
            }
        }
        Ok(())
    }

    fn enter_expr(&mut self, expr: &Expr) -> Result<(), Fault> {
        match expr {
            Expr::Function(function) if self.taken.contains(&std::ptr::from_ref(&function.name)) => {}
            Expr::Function(function) => {
                self.call(&function.name)?;
            }
            Expr::BinaryOp { op: BinaryOperator::PGCustomBinaryOperator(_) | BinaryOperator::Custom(_), .. } => {
                self.functions.add("operator".into());
            }
            _ => {}
        }
        Ok(())
    }

    fn enter_factor(&mut self, factor: &TableFactor) -> Result<(), Fault> {
        match factor {
            TableFactor::Table { name, args: Some(_), .. } => {
                self.taken.insert(std::ptr::from_ref(name));
                self.call(name)
            }
            TableFactor::Function { name, .. } | TableFactor::SemanticView { name, .. } => self.call(name),
            _ => Ok(()),
        }
    }
}

/// `name(20)` and nothing else.
fn has_one_number(function: &Function) -> bool {
    let FunctionArguments::List(list) = &function.args else { return false };
    let is_number = |arg: &FunctionArg| {
        matches!(arg, FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value)))
            if matches!(value.value, Value::Number(..)))
    };
    matches!(list.args.as_slice(), [only] if is_number(only))
}

fn flow(result: Result<(), Fault>) -> Flow {
    match result {
        Ok(()) => ControlFlow::Continue(()),
        Err(fault) => ControlFlow::Break(fault),
    }
}

impl Visitor for Walk {
    type Break = Fault;

    fn pre_visit_statement(&mut self, statement: &Statement) -> Flow {
        flow(self.enter(statement))
    }

    fn pre_visit_query(&mut self, query: &Query) -> Flow {
        flow(self.enter_query(query))
    }

    fn post_visit_query(&mut self, query: &Query) -> Flow {
        self.scope.leave(query);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> Flow {
        flow(self.enter_select(select))
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> Flow {
        if self.taken.contains(&std::ptr::from_ref(relation)) {
            return ControlFlow::Continue(());
        }
        flow(self.read(relation))
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> Flow {
        flow(self.enter_factor(factor))
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> Flow {
        flow(self.enter_expr(expr))
    }
}
