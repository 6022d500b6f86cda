/** The admin API at the gateway's address: its function answers, with its own rights. What that takes is loaded with its first call. */
import { isAdminPath } from '../src/admin/paths.ts'
import type { ControlPlane, UpstreamClient } from '../src/gateway/ports.ts'

/** The function ends its work after 30 s. */
const timeoutMs = 35_000

export function openControlPlane(origin: string, upstream: UpstreamClient): ControlPlane {
  return {
    serves: isAdminPath,
    async answer(call, sink) {
      const [{ errorAnswer }, { forwardTo }, { writeWholeAnswer }] = await Promise.all([
        import('../src/admin/answer.ts'),
        import('../src/transport/forward.ts'),
        import('../src/transport/whole-answer.ts'),
      ])
      const refuse: Parameters<typeof forwardTo>[0]['refuse'] = (error, to) =>
        writeWholeAnswer(errorAnswer(error, {}), to)
      await forwardTo({ origin, upstream, timeoutMs, refuse })(call, sink)
    },
  }
}
