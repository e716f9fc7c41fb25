"""Stands before a real server and writes down every line that reaches it.

tee.py LOG COMMAND ARGS...
"""

import subprocess
import sys


def main():
    with open(sys.argv[1], "ab", buffering=0) as log:
        server = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE)
        for line in iter(sys.stdin.buffer.readline, b""):
            log.write(line)
            try:
                server.stdin.write(line)
                server.stdin.flush()
            except BrokenPipeError:
                break
        server.stdin.close()
        return server.wait()


sys.exit(main())
