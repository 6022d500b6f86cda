/** What a request may bring of a provider's credentials and settings, in its config or headers, under the names that integrations keep them by. */
import type { Params } from './config.ts'

/** Never told, logged or kept with a config. */
const secretOptions: ReadonlySet<string> = new Set([
  'aws_access_key_id',
  'aws_external_id',
  'aws_secret_access_key',
  'aws_session_token',
  'azure_ad_token',
  'azure_entra_client_secret',
  'vertex_service_account_json',
])

/** Addresses: whoever names them says where the credential goes. */
export const hostOptions: ReadonlySet<string> = new Set(['azure_foundry_url', 'custom_host'])

const openOptions: ReadonlySet<string> = new Set([
  'amzn_sagemaker_custom_attributes',
  'amzn_sagemaker_enable_explanations',
  'amzn_sagemaker_inference_component',
  'amzn_sagemaker_inference_id',
  'amzn_sagemaker_session_id',
  'amzn_sagemaker_target_container_hostname',
  'amzn_sagemaker_target_model',
  'amzn_sagemaker_target_variant',
  'anthropic_beta',
  'anthropic_version',
  'anthropic_workspace_id',
  'aws_auth_type',
  'aws_region',
  'aws_role_arn',
  'azure_api_version',
  'azure_auth_mode',
  'azure_deployment_config',
  'azure_deployment_id',
  'azure_deployment_name',
  'azure_entra_client_id',
  'azure_entra_scope',
  'azure_entra_tenant_id',
  'azure_extra_parameters',
  'azure_foundry_url',
  'azure_managed_client_id',
  'azure_model_name',
  'azure_resource_name',
  'azure_workload_client_id',
  'byteplus_region',
  'databricks_workspace',
  'openai_beta',
  'openai_organization',
  'openai_project',
  'oracle_region',
  'predibase_tenant_id',
  'snowflake_account',
  'vertex_auth_type',
  'vertex_project_id',
  'vertex_region',
  'workers_ai_account_id',
])

/** Other names in this API family. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['api_version', 'azure_api_version'],
  ['azure_extra_params', 'azure_extra_parameters'],
  ['deployment_id', 'azure_deployment_id'],
  ['deployments', 'azure_deployment_config'],
  ['huggingface_base_url', 'custom_host'],
  ['resource_name', 'azure_resource_name'],
])

/** The setting that a config's key (snake_case) means; undefined = it is none. */
export function optionNamed(key: string): string | undefined {
  return aliases.get(key) ?? (openOptions.has(key) || secretOptions.has(key) ? key : undefined)
}

export function isSecretOption(name: string): boolean {
  return secretOptions.has(optionNamed(name) ?? name)
}

export const optionHeaderPrefix = 'x-portkey-'

/** `x-portkey-aws-region` and the like. */
export function optionsInHeaders(headers: Readonly<Record<string, string>>): Params {
  const options: Record<string, unknown> = {}
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith(optionHeaderPrefix) || value.trim() === '') continue
    const name = optionNamed(header.slice(optionHeaderPrefix.length).replaceAll('-', '_'))
    if (name !== undefined) options[name] = value.trim()
  }
  return options
}

export function hasSecretOption(settings: Params): boolean {
  return Object.keys(settings).some((name) => secretOptions.has(name))
}
