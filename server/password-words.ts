// The command that gives the owner a new password: the way back for one that is forgotten. Whoever can read the data folder may.
import { existsSync } from 'node:fs'
import { askForPassword } from './adapters/outbound/own-appliance.ts'
import { openStores } from './adapters/sqlite/open.ts'
import { createSystemIds } from './adapters/system/ids.ts'
import { createPasswords } from './adapters/system/passwords.ts'
import { databasePath, type Env, keptLocalKey, readBoot } from './boot.ts'
import { SparkError, tellError } from './contract/errors.ts'
import { faultOfPassword } from './domain/access.ts'

interface Told {
  readonly text: string
  readonly code: number
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** `password` as typed; the caller reads it. */
export async function passwordCommand(password: string, env: Env, now: number): Promise<Told> {
  const fault = faultOfPassword(password)
  if (fault !== null) return { text: `This password cannot be used: ${fault}. Nothing was changed.\n`, code: 65 }
  const { host, port, dataDir } = readBoot(env)
  const path = databasePath(dataDir)
  if (!existsSync(path)) return { text: `There is no database at ${path}. Is DATA_DIR right?\n`, code: 73 }
  try {
    await writeDown(path, password, now)
  } catch (error) {
    // A running appliance is the only one that can write its database; it takes the password itself.
    if (!(error instanceof SparkError) || error.code !== 'storage_busy') return refused(error)
    try {
      await askForPassword({ host, port, key: keptLocalKey(dataDir) }, password)
    } catch (failure) {
      return refused(failure)
    }
  }
  return { text: 'The password is set. Every browser is signed out; keys of apps stay good.\n', code: 0 }
}

async function writeDown(path: string, password: string, now: number): Promise<void> {
  const stores = openStores({ path, ids: createSystemIds(), log: quiet, busyMs: 500 })
  try {
    stores.access.setPassword(await createPasswords().digest(password), now, null)
  } finally {
    stores.close()
  }
}

function refused(error: unknown): Told {
  if (!(error instanceof SparkError)) return { text: `${error instanceof Error ? error.message : String(error)}\n`, code: 1 }
  const { happened, now, next } = tellError(error.code, error.facts)
  return { text: `${[happened, now, next].join(' ')}\n`, code: 73 }
}
