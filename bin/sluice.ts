/** The CDK app: context in, one stack out. */
import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { settingsFromContext } from '../lib/settings.ts'
import { SluiceStack } from '../lib/sluice-stack.ts'

const app = new App()
const read = (key: string): unknown => app.node.tryGetContext(key)
new SluiceStack(app, String(read('stackName') ?? 'Sluice'), { settings: settingsFromContext(read) })
Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
