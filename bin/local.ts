/** `npm start`: the gateway on this machine over the embedded engine. What Node compiled for the last start serves the next. */
import { enableCompileCache } from 'node:module'

enableCompileCache()
const { runCommand } = await import('../src/local/command.ts')
runCommand()
