//! A file server written with the `rmcp` SDK, for the tests: a server of the kind that others write, and none of ours.
//!
//! `rmcp_server ROOT LOG`: paths are relative to ROOT and go wherever they lead; every call is written down in LOG.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::print_stderr, reason = "a program of its own")]

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, JsonObject, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::{ErrorData, ServerHandler, ServiceExt};
use serde_json::{Value, json};

struct Files {
    root: PathBuf,
    log: Mutex<std::fs::File>,
}

impl Files {
    fn read(&self, path: &Value) -> Result<String, String> {
        let path = path.as_str().ok_or("a path must be a string")?;
        std::fs::read_to_string(self.root.join(path)).map_err(|error| format!("{path}: {error}"))
    }

    fn call(&self, tool: &str, arguments: &JsonObject) -> Result<String, String> {
        let argument = |name: &str| arguments.get(name).ok_or(format!("`{name}` is missing"));
        match tool {
            "read_file" => self.read(argument("path")?),
            "read_multiple_files" => {
                let paths = argument("paths")?.as_array().ok_or("`paths` must be a list")?;
                paths.iter().map(|path| self.read(path)).collect()
            }
            "write_file" => {
                let path = argument("path")?.as_str().ok_or("`path` must be a string")?;
                let content = argument("content")?.as_str().ok_or("`content` must be a string")?;
                std::fs::write(self.root.join(path), content).map_err(|error| error.to_string())?;
                Ok(format!("wrote {path}"))
            }
            "fetch" => Ok(format!("a page of {}", argument("url")?)),
            other => Err(format!("there is no tool `{other}`")),
        }
    }
}

fn tool(name: &'static str, description: &'static str, properties: Value, required: &[&str]) -> Tool {
    let schema = json!({"type": "object", "properties": properties, "required": required});
    let schema: JsonObject = serde_json::from_value(schema).unwrap_or_default();
    Tool::new(name, description, Arc::new(schema))
}

impl ServerHandler for Files {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("rmcp-files", "1.0.0"))
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let path = json!({"path": {"type": "string"}});
        let paths = json!({"paths": {"type": "array", "items": {"type": "string"}}});
        let write = json!({"path": {"type": "string"}, "content": {"type": "string"}});
        let url = json!({"url": {"type": "string"}, "max_length": {"type": "integer"}});
        Ok(ListToolsResult::with_all_items(vec![
            tool("read_file", "Reads a file", path, &["path"]),
            tool("read_multiple_files", "Reads several files", paths, &["paths"]),
            tool("write_file", "Writes a file", write, &["path", "content"]),
            tool("fetch", "Fetches a page", url, &["url"]),
        ]))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        let line = json!({"method": "tools/call", "name": request.name, "arguments": arguments});
        if let Ok(mut log) = self.log.lock() {
            let _ = writeln!(log, "{line}");
        }
        Ok(match self.call(&request.name, &arguments) {
            Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]).into(),
            Err(text) => CallToolResult::error(vec![ContentBlock::text(text)]).into(),
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(root), Some(log)) = (args.next(), args.next()) else {
        return Err("usage: rmcp_server ROOT LOG".into());
    };
    let log = std::fs::OpenOptions::new().append(true).create(true).open(log)?;
    let server = Files { root: root.into(), log: Mutex::new(log) };
    server.serve(rmcp::transport::stdio()).await?.waiting().await?;
    Ok(())
}
