import { expect, test } from 'vitest'
import { publishedPorts } from '../../server/domain/container-ports.ts'

test.each([
  ['', []],
  ['0.0.0.0:8081->8000/tcp, [::]:8081->8000/tcp', [8081]],
  ['0.0.0.0:6333-6334->6333-6334/tcp, :::6333-6334->6333-6334/tcp', [6333]],
  ['8000/tcp, 127.0.0.1:9000->80/tcp', [9000]],
  ['0.0.0.0:53->53/udp', []],
  ['0.0.0.0:99999->80/tcp', []],
])('%j leads in through %j', (text, ports) => {
  expect(publishedPorts(text)).toEqual(ports)
})
