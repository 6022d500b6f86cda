import { describe, expect, it } from 'vitest'
import { developerIsSystem, namesAreForTools } from '../../../providers/quirks.ts'
import { editMessages } from './edit-messages.ts'

const developer = { role: 'developer', content: 'be brief' }
const named = { role: 'user', name: 'ann', content: 'hi' }
const tool = { role: 'tool', name: 'f', tool_call_id: '1', content: '2' }

describe('messages that a provider would refuse', () => {
  it('are changed, and said', () => {
    expect(editMessages([developer, named], [developerIsSystem])).toEqual({
      edits: { messages: [{ role: 'system', content: 'be brief' }, named] },
      warnings: [{ type: 'changed', field: 'messages', reason: 'the role developer is taken as system' }],
    })
  })

  it('are changed by every quirk, names of tools excepted', () => {
    const { edits, warnings } = editMessages([developer, named, tool], [developerIsSystem, namesAreForTools])
    expect(edits.messages).toEqual([{ role: 'system', content: 'be brief' }, { role: 'user', content: 'hi' }, tool])
    expect(warnings).toHaveLength(2)
  })

  it.each([[[tool]], [['no object', null]], ['no list'], [undefined]])('are left alone where %j', (messages) => {
    expect(editMessages(messages, [developerIsSystem, namesAreForTools])).toEqual({ edits: {}, warnings: [] })
  })
})
