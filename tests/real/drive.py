"""Calls tools of a configured server with the client of the PyPI package `mcp`.

drive.py CONFIG SERVER MODE PERSON, calls as a JSON list of [tool, arguments] on standard input. MODE is `auto` or
`legacy`; PERSON is what the person at the client answers when asked: `accept` or `decline`.
Prints one JSON object a call: {"error": bool, "text": str}.
"""

import asyncio
import json
import os
import sys

from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import ElicitResult


async def drive(config, server, mode, person, calls):
    async def answer_question(_context, _params):
        return ElicitResult(action=person, content={} if person == "accept" else None)

    with open(config, encoding="utf-8") as file:
        entry = json.load(file)["mcpServers"][server]
    parameters = StdioServerParameters(
        command=entry["command"], args=entry.get("args", []), env={**os.environ, **entry.get("env", {})}
    )
    async with Client(stdio_client(parameters), mode=mode, elicitation_callback=answer_question) as client:
        tools = await client.list_tools()
        assert tools.tools, "the server shows no tools"
        for tool, arguments in calls:
            try:
                result = await client.call_tool(tool, arguments, read_timeout_seconds=20)
                text = " ".join(getattr(part, "text", "") for part in result.content)
                answer = {"error": bool(result.is_error), "text": text[:500]}
            except Exception as error:  # noqa: BLE001 - every way to fail is an answer here
                answer = {"error": True, "text": f"{type(error).__name__}: {error}"[:500]}
            print(json.dumps(answer), flush=True)


asyncio.run(drive(*sys.argv[1:5], json.load(sys.stdin)))
