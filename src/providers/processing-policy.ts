/** What providers publish of where requests are processed, how long they are retained and whether models are trained with them. */

/** Where a fact was read, and when. */
interface Published {
  /** Address of the page. */
  readonly source: string
  /** Year, month and day on which it was looked up. */
  readonly date: string
}

/** What a row does not say is unknown. About inference alone: what files, batches and stored responses leave behind stays until it is deleted. */
export interface PublishedDataPolicy {
  /** For services that process a request in the region of a setting. */
  readonly region?: {
    readonly setting: string
    /** Codes as in `dataRegions`; undefined = unknown for this setting or this model. `model` is absent where it does not matter which. */
    readonly of: (configurations: Readonly<Record<string, unknown>>, model?: string) => readonly string[] | undefined
  }
  /** 0 = not at all. */
  readonly retention?: Published & { readonly days: number }
  readonly training?: Published & { readonly use: 'never' | 'used' }
  /** What the table of the guide adds: what an account may have agreed otherwise. */
  readonly note?: string
}

/** Regions of AWS. A name that ends in `-` stands for all that begin with it; what is not named is unknown. */
const awsPlaces: Readonly<Record<string, string>> = {
  'eu-central-1': 'eu',
  'eu-central-2': 'ch',
  'eu-north-1': 'eu',
  'eu-south-1': 'eu',
  'eu-south-2': 'eu',
  'eu-west-1': 'eu',
  'eu-west-2': 'gb',
  'eu-west-3': 'eu',
  'us-': 'us',
  'ca-': 'ca',
  'mx-': 'mx',
  'sa-': 'br',
  'cn-': 'cn',
  'il-': 'il',
  'af-south-1': 'za',
  'me-south-1': 'bh',
  'me-central-1': 'ae',
  'ap-east-1': 'hk',
  'ap-east-2': 'tw',
  'ap-south-': 'in',
  'ap-northeast-1': 'jp',
  'ap-northeast-2': 'kr',
  'ap-northeast-3': 'jp',
  'ap-southeast-1': 'sg',
  'ap-southeast-2': 'au',
  'ap-southeast-3': 'id',
  'ap-southeast-4': 'au',
  'ap-southeast-5': 'my',
  'ap-southeast-6': 'nz',
  'ap-southeast-7': 'th',
}

/** Locations of Google Cloud, in the same way: `eu` and `us` are several, `global` is none. */
const googlePlaces: Readonly<Record<string, string>> = {
  eu: 'eu',
  us: 'us',
  'europe-central2': 'eu',
  'europe-north1': 'eu',
  'europe-north2': 'eu',
  'europe-southwest1': 'eu',
  'europe-west1': 'eu',
  'europe-west2': 'gb',
  'europe-west3': 'eu',
  'europe-west4': 'eu',
  'europe-west6': 'ch',
  'europe-west8': 'eu',
  'europe-west9': 'eu',
  'europe-west10': 'eu',
  'europe-west12': 'eu',
  'us-': 'us',
  'northamerica-northeast1': 'ca',
  'northamerica-northeast2': 'ca',
  'northamerica-south1': 'mx',
  'southamerica-east1': 'br',
  'southamerica-west1': 'cl',
  'asia-east1': 'tw',
  'asia-east2': 'hk',
  'asia-northeast1': 'jp',
  'asia-northeast2': 'jp',
  'asia-northeast3': 'kr',
  'asia-south1': 'in',
  'asia-south2': 'in',
  'asia-southeast1': 'sg',
  'asia-southeast2': 'id',
  'australia-': 'au',
  'me-west1': 'il',
  'me-central1': 'qa',
  'me-central2': 'sa',
  'africa-south1': 'za',
}

function placeOf(region: unknown, places: Readonly<Record<string, string>>): string | undefined {
  if (typeof region !== 'string') return undefined
  if (Object.hasOwn(places, region)) return places[region]
  return Object.entries(places).find(([name]) => name.endsWith('-') && region.startsWith(name))?.[1]
}

/** Where inference profiles send requests, beside the region that is called. `apac`, `global` and others are unknown. */
const profilePlaces: Readonly<Record<string, string>> = { us: 'us', 'us-gov': 'us', eu: 'eu', jp: 'jp', au: 'au' }

/** A model by its maker's name stays in the region; a profile leads to others; an ARN says neither. */
export const inAwsRegion: NonNullable<PublishedDataPolicy['region']> = {
  setting: 'aws_region',
  of({ aws_region: region }, model) {
    const place = placeOf(region, awsPlaces)
    if (place === undefined) return undefined
    if (model === undefined) return [place]
    const [, first = ''] = /^([a-z0-9-]+)\./.exec(model) ?? []
    if (Object.hasOwn(profilePlaces, first)) return [...new Set([place, profilePlaces[first] ?? ''])]
    const isMaker = first.length > 2 && first !== 'apac' && first !== 'global'
    return isMaker ? [place] : undefined
  },
}

export const inGoogleLocation: NonNullable<PublishedDataPolicy['region']> = {
  setting: 'vertex_region',
  of({ vertex_region: region }) {
    const place = placeOf(region, googlePlaces)
    return place === undefined ? undefined : [place]
  },
}

const date = '2026-11-29'

export const retained = (days: number, source: string) => ({ days, source, date })
export const neverTrained = (source: string) => ({ use: 'never' as const, source, date })

export const bedrockDataPolicy: PublishedDataPolicy = {
  region: inAwsRegion,
  training: neverTrained('https://docs.aws.amazon.com/bedrock/latest/userguide/data-protection.html'),
  note: 'Retention depends on the model and on `data_retention_mode` of the account.',
}
