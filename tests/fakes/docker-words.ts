// What docker prints, as the tests of looks let it be printed.

/** A line of `docker ps --format json`. */
export const dockerRow = (name: string, state = 'running'): string =>
  JSON.stringify({
    Command: '"sleep"',
    ID: 'f'.repeat(64),
    Image: 'vllm-node:latest',
    Names: name,
    Ports: state === 'running' ? '0.0.0.0:8081->8000/tcp, [::]:8081->8000/tcp' : '',
    State: state,
    Status: 'Up 3 minutes',
  })

/** `docker top` of processes with those command lines. */
export const dockerTop = (...commands: readonly string[]): string =>
  `UID                 PID                 PPID                C                   STIME               TTY                 TIME                CMD\n${commands
    .map(
      (command, index) =>
        `root                ${100 + index}                 1                   0                   Nov20               ?                   00:00:01            ${command}\n`,
    )
    .join('')}`
