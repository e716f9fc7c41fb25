//! The table of clients. A new one is an entry here, where its files have a format that is read already.
//!
//! Sources: the clients' documentation, and running them, November 2026.

use std::path::{Path, PathBuf};

/// A program that starts MCP servers.
#[derive(Debug)]
pub struct Client {
    /// What is typed: `--client cursor`.
    pub id: &'static str,
    pub name: &'static str,
    /// The user's files; those that exist count.
    pub user: &'static [UserFile],
    /// Files of a project, relative to it.
    pub project: &'static [ProjectFile],
}

/// One configuration file of a user.
#[derive(Debug)]
pub struct UserFile {
    pub base: Base,
    pub path: &'static str,
    pub format: Format,
    pub sections: &'static [&'static [&'static str]],
}

/// One configuration file of a project.
#[derive(Debug)]
pub struct ProjectFile {
    pub path: &'static str,
    pub format: Format,
    pub sections: &'static [&'static [&'static str]],
}

/// Where a user's file is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    Home,
    /// `~/Library/Application Support`, `%APPDATA%`, `${XDG_CONFIG_HOME:-~/.config}`.
    AppData,
    /// `$CLAUDE_CONFIG_DIR`, else the home directory.
    Claude,
}

/// How a file is read and edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON; comments and trailing commas are kept where the client accepts them.
    Json,
}

/// In a section: stands for the project's path.
pub const PROJECT: &str = "\0project";

const SERVERS: &[&[&str]] = &[&["mcpServers"]];
const VS_CODE: &[&[&str]] = &[&["servers"]];
const VS_CODE_SETTINGS: &[&[&str]] = &[&["mcp", "servers"]];
const CLAUDE: &[&[&str]] = &[&["mcpServers"], &["projects", PROJECT, "mcpServers"]];
const KIRO: &[&[&str]] = &[&["mcpServers"], &["powers", "mcpServers"]];
const ZED: &[&[&str]] = &[&["context_servers"]];
const AMP: &[&[&str]] = &[&["amp.mcpServers"]];
const CRUSH: &[&[&str]] = &[&["mcp"]];

/// What a file given by path may hold.
pub const ANY: &[&[&str]] = &[
    &["mcpServers"],
    &["servers"],
    &["mcp", "servers"],
    &["projects", PROJECT, "mcpServers"],
    &["powers", "mcpServers"],
    &["context_servers"],
    &["amp.mcpServers"],
];

const fn user(base: Base, path: &'static str, sections: &'static [&'static [&'static str]]) -> UserFile {
    UserFile { base, path, format: Format::Json, sections }
}

const fn project(path: &'static str, sections: &'static [&'static [&'static str]]) -> ProjectFile {
    ProjectFile { path, format: Format::Json, sections }
}

/// In this order: a file that two clients read belongs to the first of them.
pub const CLIENTS: &[Client] = &[
    Client {
        id: "claude-code",
        name: "Claude Code",
        user: &[user(Base::Claude, ".claude.json", CLAUDE)],
        project: &[project(".mcp.json", SERVERS)],
    },
    Client {
        id: "claude-desktop",
        name: "Claude Desktop",
        user: &[user(Base::AppData, "Claude/claude_desktop_config.json", SERVERS)],
        project: &[],
    },
    Client {
        id: "cursor",
        name: "Cursor",
        user: &[user(Base::Home, ".cursor/mcp.json", SERVERS)],
        project: &[project(".cursor/mcp.json", SERVERS), project(".mcp.json", SERVERS)],
    },
    Client {
        id: "vscode",
        name: "VS Code",
        user: &[
            user(Base::AppData, "Code/User/mcp.json", VS_CODE),
            user(Base::AppData, "Code - Insiders/User/mcp.json", VS_CODE),
            user(Base::AppData, "Code/User/settings.json", VS_CODE_SETTINGS),
            user(Base::Home, ".vscode/mcp.json", VS_CODE),
        ],
        project: &[project(".vscode/mcp.json", VS_CODE), project(".mcp.json", SERVERS)],
    },
    Client {
        id: "windsurf",
        name: "Windsurf",
        user: &[
            user(Base::Home, ".codeium/windsurf/mcp_config.json", SERVERS),
            user(Base::Home, ".codeium/mcp_config.json", SERVERS),
            user(Base::Home, ".config/devin/mcp_config.json", SERVERS),
            user(Base::AppData, "devin/mcp_config.json", SERVERS),
        ],
        project: &[project(".devin/mcp_config.json", SERVERS), project(".mcp.json", SERVERS)],
    },
    Client {
        id: "gemini",
        name: "Gemini CLI",
        user: &[user(Base::Home, ".gemini/settings.json", SERVERS)],
        project: &[project(".gemini/settings.json", SERVERS)],
    },
    Client {
        id: "copilot",
        name: "GitHub Copilot CLI",
        user: &[user(Base::Home, ".copilot/mcp-config.json", SERVERS)],
        project: &[project(".mcp.json", SERVERS), project(".github/mcp.json", SERVERS)],
    },
    Client {
        id: "qwen",
        name: "Qwen Code",
        user: &[user(Base::Home, ".qwen/settings.json", SERVERS)],
        project: &[project(".qwen/settings.json", SERVERS), project(".mcp.json", SERVERS)],
    },
    Client {
        id: "cline",
        name: "Cline",
        user: &[
            user(
                Base::AppData,
                "Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
                SERVERS,
            ),
            user(Base::Home, ".cline/data/settings/cline_mcp_settings.json", SERVERS),
        ],
        project: &[],
    },
    Client {
        id: "roo",
        name: "Roo Code",
        user: &[
            user(
                Base::AppData,
                "Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json",
                SERVERS,
            ),
            user(
                Base::AppData,
                "Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/cline_mcp_settings.json",
                SERVERS,
            ),
        ],
        project: &[project(".roo/mcp.json", SERVERS)],
    },
    Client {
        id: "antigravity",
        name: "Antigravity",
        user: &[
            user(Base::Home, ".gemini/config/mcp_config.json", SERVERS),
            user(Base::Home, ".gemini/antigravity/mcp_config.json", SERVERS),
        ],
        project: &[],
    },
    Client {
        id: "amazon-q",
        name: "Amazon Q Developer",
        user: &[
            user(Base::Home, ".aws/amazonq/mcp.json", SERVERS),
            user(Base::Home, ".aws/amazonq/agents/default.json", SERVERS),
        ],
        project: &[project(".amazonq/mcp.json", SERVERS)],
    },
    Client {
        id: "kiro",
        name: "Kiro",
        user: &[user(Base::Home, ".kiro/settings/mcp.json", KIRO)],
        project: &[project(".kiro/settings/mcp.json", KIRO)],
    },
    Client {
        id: "junie",
        name: "JetBrains Junie",
        user: &[user(Base::Home, ".junie/mcp/mcp.json", SERVERS)],
        project: &[project(".junie/mcp/mcp.json", SERVERS)],
    },
    Client {
        id: "zed",
        name: "Zed",
        user: &[
            user(Base::AppData, "zed/settings.json", ZED),
            user(Base::AppData, "Zed/settings.json", ZED),
            user(Base::Home, ".config/zed/settings.json", ZED),
        ],
        project: &[project(".zed/settings.json", ZED)],
    },
    Client {
        id: "lm-studio",
        name: "LM Studio",
        user: &[
            user(Base::Home, ".lmstudio/mcp.json", SERVERS),
            user(Base::Home, ".cache/lm-studio/mcp.json", SERVERS),
        ],
        project: &[],
    },
    Client {
        id: "warp",
        name: "Warp",
        user: &[user(Base::Home, ".warp/.mcp.json", SERVERS)],
        project: &[project(".warp/.mcp.json", SERVERS)],
    },
    Client {
        id: "factory",
        name: "Factory Droid",
        user: &[user(Base::Home, ".factory/mcp.json", SERVERS)],
        project: &[project(".factory/mcp.json", SERVERS)],
    },
    Client {
        id: "kimi",
        name: "Kimi Code",
        user: &[user(Base::Home, ".kimi-code/mcp.json", SERVERS)],
        project: &[project(".kimi-code/mcp.json", SERVERS)],
    },
    Client {
        id: "amp",
        name: "Amp",
        user: &[
            user(Base::Home, ".config/amp/settings.json", AMP),
            user(Base::Home, ".config/amp/settings.jsonc", AMP),
        ],
        project: &[project(".amp/settings.json", AMP), project(".amp/settings.jsonc", AMP)],
    },
    Client {
        id: "crush",
        name: "Crush",
        user: &[user(Base::Home, ".config/crush/crush.json", CRUSH)],
        project: &[project("crush.json", CRUSH), project(".crush.json", CRUSH)],
    },
];

/// The client of that id.
pub fn client(id: &str) -> Option<&'static Client> {
    CLIENTS.iter().find(|client| client.id == id)
}

/// The folders of one user on one machine.
#[derive(Debug, Clone)]
pub struct Machine {
    pub home: PathBuf,
    pub app_data: PathBuf,
    pub claude: PathBuf,
}

impl Machine {
    /// By the environment, where it moves a folder away from `home`.
    pub fn of(home: &Path) -> Machine {
        let moved = |key: &str| std::env::var_os(key).map(PathBuf::from).filter(|path| path.is_absolute());
        let app_data = if cfg!(target_os = "macos") {
            home.join("Library/Application Support")
        } else if cfg!(windows) {
            moved("APPDATA").unwrap_or_else(|| home.join("AppData/Roaming"))
        } else {
            moved("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config"))
        };
        let claude = moved("CLAUDE_CONFIG_DIR").unwrap_or_else(|| home.to_owned());
        Machine { home: home.to_owned(), app_data, claude }
    }

    pub fn path(&self, file: &UserFile) -> PathBuf {
        let base = match file.base {
            Base::Home => &self.home,
            Base::AppData => &self.app_data,
            Base::Claude => &self.claude,
        };
        base.join(file.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_has_its_own_id_and_a_file() {
        for client in CLIENTS {
            assert_eq!(CLIENTS.iter().filter(|other| other.id == client.id).count(), 1, "{}", client.id);
            assert!(!client.user.is_empty() || !client.project.is_empty(), "{}", client.id);
        }
    }
}
