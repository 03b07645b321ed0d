// Errors of the appliance's own database: at start, and while it works.
import { error } from './define-error.ts'

type File = { file: string }

const untouched =
  'The file was left exactly as it is. Models that are loaded on your Sparks go on answering there; nothing else works here.'
const aside = 'move it aside and start empty'

export const storageErrors = {
  storage_damaged: error<File & { why: string }>({
    status: 503,
    title: 'The database is damaged',
    happened: (f) => `The database ${f.file} is damaged and cannot be used: ${f.why}.`,
    now: () => untouched,
    next: () => `Put a backup in its place and try again, or ${aside}. The damaged file is kept either way.`,
    retry: 'no',
    sample: { file: '/data/spark-control.sqlite', why: 'it is not a database' },
  }),
  storage_newer: error<File & { version: number; known: number }>({
    status: 503,
    title: 'The database is of a newer version',
    happened: (f) =>
      `The database ${f.file} was written by a newer Spark Control (its database is version ${f.version}; this one knows up to version ${f.known}).`,
    now: () => untouched,
    next: () => `Install the newer Spark Control again, or ${aside}. The file is kept either way.`,
    retry: 'no',
    sample: { file: '/data/spark-control.sqlite', version: 9, known: 1 },
  }),
  storage_foreign: error<File>({
    status: 503,
    title: 'This is the database of another program',
    happened: (f) => `${f.file} is a database of another program.`,
    now: () => untouched,
    next: () => `Name another data folder in DATA_DIR, or ${aside}. The file is kept either way.`,
    retry: 'no',
    sample: { file: '/data/spark-control.sqlite' },
  }),
  storage_busy: error<File>({
    status: 503,
    title: 'The database is in use',
    happened: (f) => `${f.file} is in use by another process, most likely a second Spark Control.`,
    now: () => 'Nothing was read or written.',
    next: () => 'Stop that one, or name another data folder in DATA_DIR.',
    retry: 'yes',
    sample: { file: '/data/spark-control.sqlite' },
  }),
  storage_denied: error<{ why: string }>({
    status: 503,
    title: 'The database cannot be written',
    happened: (f) => `The appliance cannot write its database (${f.why}).`,
    now: () => 'Nothing was changed. What answers goes on answering.',
    next: () => 'Make sure that its data folder is there, belongs to the user who runs Spark Control, and is not read-only.',
    retry: 'yes',
    sample: { why: 'SQLITE_READONLY' },
  }),
  storage_full: error<Record<string, never>>({
    status: 507,
    title: 'The disk of the appliance is full',
    happened: () => 'The disk that holds the database of Spark Control is full, so nothing more can be written down.',
    now: () => 'Nothing was changed. What answers goes on answering, and everything can still be looked at.',
    next: () => 'Free some space on the computer that runs Spark Control. It notices by itself within seconds.',
    retry: 'yes',
    sample: {},
  }),
  storage_incomplete: error<{ why: string }>({
    status: 500,
    title: 'This installation is incomplete',
    happened: (f) => `This installation of Spark Control is incomplete: ${f.why}.`,
    now: () => 'The database was not touched.',
    next: () => 'Install Spark Control again.',
    retry: 'no',
    sample: { why: 'database steps are missing in /app/migrations' },
  }),
  storage_sound: error<File>({
    status: 409,
    title: 'The database is sound',
    happened: (f) => `Nothing is wrong with ${f.file}.`,
    now: () => 'It stays where it is.',
    next: () => 'To begin anew all the same, stop Spark Control and move the file away yourself.',
    retry: 'no',
    sample: { file: '/data/spark-control.sqlite' },
  }),
} as const
