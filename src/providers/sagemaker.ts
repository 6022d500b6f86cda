/** Amazon SageMaker: endpoints of the account are called by their own paths (`/endpoints/{name}/invocations`), signed. docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html */

import { awsAuth, defaultAwsRegion } from './auth/aws.ts'
import { withSettings } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const sagemaker = defineProvider({
  id: 'sagemaker',
  name: 'Amazon SageMaker',
  origin: 'https://runtime.sagemaker.{aws_region}.amazonaws.com',
  settingDefaults: { aws_region: defaultAwsRegion },
  speaks: {},
  rawBase: '',
  authenticate: withSettings(awsAuth('sagemaker'), {
    amzn_sagemaker_custom_attributes: 'x-amzn-sagemaker-custom-attributes',
    amzn_sagemaker_target_model: 'x-amzn-sagemaker-target-model',
    amzn_sagemaker_target_variant: 'x-amzn-sagemaker-target-variant',
    amzn_sagemaker_target_container_hostname: 'x-amzn-sagemaker-target-container-hostname',
    amzn_sagemaker_inference_id: 'x-amzn-sagemaker-inference-id',
    amzn_sagemaker_enable_explanations: 'x-amzn-sagemaker-enable-explanations',
    amzn_sagemaker_inference_component: 'x-amzn-sagemaker-inference-component',
    amzn_sagemaker_session_id: 'x-amzn-sagemaker-session-id',
  }),
})
