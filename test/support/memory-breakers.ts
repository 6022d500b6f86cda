/** The breakers' store in memory, as several instances would share it. */
import { addTo, type BreakerStore, type Circuit, closedCircuit } from '../../src/routing/circuit.ts'

export function memoryBreakers(circuits: Map<string, Circuit> = new Map()): BreakerStore {
  const of = (key: string) => circuits.get(key) ?? closedCircuit
  const put = (key: string, circuit: Circuit) => {
    circuits.set(key, circuit)
    return true
  }
  return {
    read: async (keys) => new Map(keys.flatMap((key) => (circuits.has(key) ? [[key, of(key)] as const] : []))),
    async count(key, count) {
      put(key, addTo(of(key), count))
      return of(key)
    },
    open: async (key, seen, openUntilMs) => of(key).openUntilMs === seen && put(key, { ...closedCircuit, openUntilMs }),
    async probe(key, seen, { nowMs, probeUntilMs }) {
      const circuit = of(key)
      if (circuit.openUntilMs !== seen || (circuit.probeUntilMs ?? 0) > nowMs) return false
      return put(key, { ...circuit, probeUntilMs })
    },
    close: async (key, seen) => of(key).openUntilMs === seen && put(key, closedCircuit),
  }
}
