#!/usr/bin/env node
// The command line. Nothing is loaded before the version of Node is known: on Node 20 the database module ends the process without a word.

const usage = `usage: spark-control serve
       spark-control inspect HUB_DIR [--json]
       spark-control backup FILE
       spark-control restore FILE
       spark-control move-aside
       spark-control password

  serve       runs the appliance (PORT and DATA_DIR from the environment)
  inspect     says what the appliance would say about the models in a Hugging Face hub folder on this disk
  backup      copies the database, also while the appliance runs (PORT, HOST and DATA_DIR as it has them)
  restore     puts a backup in place while the appliance is stopped; what was there is kept beside it
  move-aside  renames a database that cannot be used, so that the appliance can start empty
  password    gives the owner a new password, read from standard input, also while the appliance runs`

const lowestNode = 22

async function run(words: readonly string[]): Promise<number> {
  const [command, ...rest] = words
  if (command === 'serve') {
    const { main } = await import('./main.ts')
    await main()
    return 0
  }
  if (command === 'inspect') {
    const { forTerminal } = await import('./domain/clean-line.ts')
    const { inspect } = await import('./adapters/files/inspect.ts')
    const { text, code } = await inspect(rest, Date.now())
    ;(code === 0 ? process.stdout : process.stderr).write(forTerminal(text))
    return code
  }
  if (command === 'backup' || command === 'restore' || command === 'move-aside') {
    const { forTerminal } = await import('./domain/clean-line.ts')
    const { storageCommand } = await import('./storage-words.ts')
    const { text, code } = await storageCommand(words, process.env, Date.now())
    ;(code === 0 ? process.stdout : process.stderr).write(forTerminal(text))
    return code
  }
  if (command === 'password') return await newPassword()
  const asked = command === 'help' || command === '--help' || command === '-h'
  ;(asked ? process.stdout : process.stderr).write(`${usage}\n`)
  return asked ? 0 : 2
}

async function newPassword(): Promise<number> {
  const { typedPassword } = await import('./adapters/system/typed-password.ts')
  const { passwordCommand } = await import('./password-words.ts')
  const typed = await typedPassword()
  const told =
    typed === null
      ? { text: 'The two are not the same. Nothing was changed.\n', code: 65 }
      : await passwordCommand(typed, process.env, Date.now())
  ;(told.code === 0 ? process.stdout : process.stderr).write(told.text)
  return told.code
}

const version = Number.parseInt(process.versions.node, 10)
if (version < lowestNode) {
  process.stderr.write(
    `Spark Control needs Node ${lowestNode} or newer; this is Node ${process.versions.node}. Install a newer Node and try again.\n`,
  )
  process.exitCode = 1
} else {
  run(process.argv.slice(2)).then(
    (code) => {
      if (code !== 0) process.exitCode = code
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
      process.exitCode = 1
    },
  )
}
