// The commands about the database: backup, restore, move-aside. Each is the owner's own word, and each says where every file is.
import { constants, copyFileSync, existsSync, renameSync } from 'node:fs'
import { resolve } from 'node:path'
import { askForBackup } from './adapters/outbound/own-appliance.ts'
import { copyFile } from './adapters/sqlite/backups.ts'
import { checkDatabase } from './adapters/sqlite/check-file.ts'
import { keepAside, moveAside } from './adapters/sqlite/move-aside.ts'
import { databasePath, keptLocalKey, readBoot } from './boot.ts'
import { SparkError, tellError } from './contract/errors.ts'

interface Told {
  readonly text: string
  readonly code: number
}

type Env = Readonly<Record<string, string | undefined>>

export async function storageCommand(words: readonly string[], env: Env, now: number): Promise<Told> {
  const [command, given] = words
  const path = databasePath(readBoot(env).dataDir)
  try {
    if (command === 'move-aside') return said(`It is kept as ${moveAside(path, now)}. Spark Control starts empty the next time.`)
    if (given === undefined) return { text: `Name a file: spark-control ${command} FILE\n`, code: 2 }
    const file = resolve(given)
    return command === 'backup' ? await backUp(path, file, env) : restore(path, file, now)
  } catch (error) {
    return refused(error)
  }
}

const said = (text: string): Told => ({ text: `${text}\n`, code: 0 })

function refused(error: unknown): Told {
  if (!(error instanceof SparkError)) return { text: `${error instanceof Error ? error.message : String(error)}\n`, code: 1 }
  const { happened, now, next } = tellError(error.code, error.facts)
  return { text: `${[happened, now, next].join(' ')}\n`, code: 73 }
}

async function backUp(path: string, file: string, env: Env): Promise<Told> {
  if (existsSync(file)) return { text: `${file} is there already and was left as it is. Name another file.\n`, code: 73 }
  if (!existsSync(path)) return { text: `There is no database at ${path}. Is DATA_DIR right?\n`, code: 73 }
  try {
    await copyFile(path, file)
  } catch (error) {
    if (!(error instanceof SparkError) || error.code !== 'storage_busy') throw error
    // A running appliance is the only one that can read its database; it makes the copy itself.
    const { host, port, dataDir } = readBoot(env)
    copyFileSync(await askForBackup({ host, port, key: keptLocalKey(dataDir) }), file, constants.COPYFILE_EXCL)
  }
  return said(`Copied to ${file}. It holds the private key of this appliance: keep it where only you can read it.`)
}

/** What was there stays beside it: a log that is left alone would be read into the restored file. */
function restore(path: string, file: string, now: number): Told {
  if (!existsSync(file)) return { text: `There is no ${file}. Nothing was changed.\n`, code: 73 }
  checkDatabase(file)
  refuseInUse(path)
  const coming = `${path}.restored`
  copyFileSync(file, coming)
  const kept = existsSync(path) || existsSync(`${path}-wal`) ? keepAside(path, now) : null
  renameSync(coming, path)
  return said(`${file} is in place.${kept === null ? '' : ` What was there before is kept as ${kept}.`} Start Spark Control now.`)
}

/** A database that is broken may be replaced; one that a process holds may not. */
function refuseInUse(path: string): void {
  try {
    checkDatabase(path)
  } catch (error) {
    if (!(error instanceof SparkError) || error.code === 'storage_busy' || error.code === 'storage_denied') throw error
  }
}
