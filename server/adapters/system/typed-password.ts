// A password as it is typed: never shown, and never an argument that other users of the computer could see.
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** One line of standard input; on a terminal asked for twice. Null: the two differ. */
export async function typedPassword(): Promise<string | null> {
  const { stdin, stderr } = process
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: hidden, terminal: stdin.isTTY === true })
  const typed = async (question: string): Promise<string> => {
    if (stdin.isTTY === true) stderr.write(question)
    const line = await lines.question('')
    if (stdin.isTTY === true) stderr.write('\n')
    return line
  }
  try {
    const first = await typed('New password: ')
    return stdin.isTTY !== true || first === (await typed('Once more: ')) ? first : null
  } finally {
    lines.close()
  }
}
