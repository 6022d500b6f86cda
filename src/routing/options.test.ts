/** Which names of a config's keys and of headers mean a provider's settings. */
import { describe, expect, it } from 'vitest'
import { isSecretOption, optionNamed, optionsInHeaders } from './options.ts'

describe('the name of a setting', () => {
  it.each([
    ['aws_region', 'aws_region'],
    ['resource_name', 'azure_resource_name'],
    ['huggingface_base_url', 'custom_host'],
    ['custom_host', undefined],
    ['no_such_setting', undefined],
    ['constructor', undefined],
    ['__proto__', undefined],
  ])('%s means %s', (key, name) => {
    expect(optionNamed(key)).toBe(name)
  })
  it('tells secrets from the rest', () => {
    expect(['aws_session_token', 'aws_region', 'toString'].map(isSecretOption)).toEqual([true, false, false])
  })
})

describe('the settings in the headers of a request', () => {
  it('are those that have a value, under the names of integrations', () => {
    expect(
      optionsInHeaders({
        'x-portkey-aws-region': ' eu-west-1 ',
        'x-portkey-resource-name': 'acme',
        'x-portkey-openai-project': '  ',
        'x-portkey-provider': '@a',
        'x-portkey-constructor': 'x',
        'openai-project': 'p',
      }),
    ).toEqual({ aws_region: 'eu-west-1', azure_resource_name: 'acme' })
  })
})
