/** Names a setting by every place that it can come from, so that who sent it in a header does not look in the integration. */

/** `'aws_region' (a setting of the integration or of the config's target, or the header 'x-portkey-aws-region')` */
export function settingPlace(name: string): string {
  return `'${name}' (a setting of the integration or of the config's target, or the header 'x-portkey-${name.replaceAll('_', '-')}')`
}
