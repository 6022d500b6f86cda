/** How many marks run through the logs table's stream side by side: enough that every shard carries some. */

export const heartbeatLanes = 64
