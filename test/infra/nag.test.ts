/** cdk-nag's rules for AWS solutions hold, or are accepted with a reason where the thing is. */
import { type App, Stack, Validations } from 'aws-cdk-lib'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { AwsSolutionsChecks } from 'cdk-nag'
import { expect, it } from 'vitest'
import { synthesise } from './template.ts'

function check(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  app.synth({ force: true })
}

it('finds nothing that is not accepted with a reason', () => {
  expect(() => check(synthesise().app)).not.toThrow()
  expect(process.exitCode ?? 0).toBe(0)
})

it('accepts models and roles that the operator named', () => {
  expect(() =>
    check(synthesise({ bedrockModels: ['*', 'amazon.nova-*'], assumableRoles: ['arn:aws:iam::*:role/x'] }).app),
  ).not.toThrow()
  expect(process.exitCode ?? 0).toBe(0)
})

it('would find a bucket that anybody may read without TLS', () => {
  const { app } = synthesise()
  new Bucket(new Stack(app, 'Careless'), 'Bucket')
  const before = process.exitCode
  let isFound = false
  try {
    check(app)
    isFound = process.exitCode === 1
  } catch {
    isFound = true
  }
  process.exitCode = before
  expect(isFound).toBe(true)
})
