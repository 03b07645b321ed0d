// One look during a swap, over one channel: the job, the container of that exact name, its log, the memory.
import type { WatchOrder } from '../../../app/ports.ts'
import { quote } from '../quote.ts'
import { jobReadingLines, readBytes } from './job.ts'
import { jobFunctions } from './job-functions.ts'
import { prelude } from './prelude.ts'
import { dockerLines, memoryLines } from './probe.ts'

export function watchScript(order: WatchOrder): string {
  const from = Math.max(0, Math.trunc(order.logOffset)) + 1
  return `${prelude}${jobFunctions}${dockerLines}${memoryLines}
${order.job === null ? '' : jobReadingLines(order.job.key, order.job.offset)}
docker_rows
name=${quote(order.containerName)}
if docker_has "$name"; then
  later top_fd 3 docker top "$name"
  section log
  { timeout -k 1 4 docker logs "$name" 2>&1 </dev/null | tail -c +${from} | head -c ${readBytes}; } 2>/dev/null
  collect top_fd
  tell top
fi
return 0`
}
