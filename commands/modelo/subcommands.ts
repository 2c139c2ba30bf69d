import type { ChatInputCommandInteraction } from 'discord.js';
import type { CommandContext } from '../../src/bot/command.ts';
import { homeGuild } from '../../src/bot/place.ts';
import { Refusal, refuseUnusable } from '../../src/bot/refusal.ts';
import { generatorsAtWork } from '../../src/db/generators.ts';
import { learningPaused, pauseLearning, votesSinceLastRun } from '../../src/db/learning.ts';
import {
  activateModel,
  activeModel,
  type RatedModel,
  ratedModels,
  rollBackModel,
  trialModel,
} from '../../src/db/models.ts';
import { trainableJokeCount } from '../../src/db/trainable.ts';
import { currentRun, epochsOf, runOfVersion } from '../../src/db/training-runs.ts';
import {
  modelDetailMessage,
  modelListMessage,
  moment,
  type Viewer,
} from '../../src/discord/models-message.ts';
import { ChispaError } from '../../src/lib/errors.ts';

/** Answers a subcommand of `/modelo` privately. The interaction is already deferred. */
export type VersionCommand = (
  interaction: ChatInputCommandInteraction,
  context: CommandContext,
) => Promise<void>;

const list: VersionCommand = async (interaction, context) => {
  const { db } = context.store;
  const run = await currentRun(db);
  const state = {
    paused: await learningPaused(db),
    learningSince: run?.startedAt,
    newVotes: await votesSinceLastRun(db),
    generators: await generatorsAtWork(db),
  };
  const models = await ratedModels(db);
  await interaction.editReply(
    modelListMessage(models, state, viewerOf(interaction, context), context.messages),
  );
};

const show: VersionCommand = async (interaction, context) => {
  const { store, messages: m } = context;
  const models = await ratedModels(store.db);
  const model = namedIn(models, interaction);
  const run = await runOfVersion(store.db, model.id);
  const detail = {
    model,
    parent: models.find(({ id }) => id === model.parentId)?.name,
    run,
    epochs: run ? await epochsOf(store.db, run.id) : [],
  };
  const viewer = { ...viewerOf(interaction, context), inGuild: homeGuild(interaction) !== null };
  await interaction.editReply(modelDetailMessage(detail, viewer, m));
};

const train: VersionCommand = async (interaction, context) => {
  const { store, learningNeeds, requestLearning, messages: m } = context;
  const [run, trial] = [await currentRun(store.db), await trialModel(store.db)];
  if (run) throw new Refusal((m) => m.learning.refusal.learning(moment(run.startedAt)));
  if (trial) throw new Refusal((m) => m.learning.refusal.onTrial(trial.name));
  const jokes = await trainableJokeCount(store.db);
  // How many of these are held out is random, but with fewer than half of what is needed there are too few in any case.
  if (jokes < learningNeeds / 2)
    throw new Refusal((m) => m.learning.refusal.tooFewRated(learningNeeds, jokes));
  const votes = await votesSinceLastRun(store.db);
  if (!(await requestLearning())) throw new Refusal((m) => m.learning.refusal.learningAsked);
  await interaction.editReply(m.learning.models.willLearn(votes));
};

const activate: VersionCommand = async (interaction, { store, messages: { learning } }) => {
  const wanted = namedIn(await ratedModels(store.db), interaction);
  const before = await activeModel(store.db);
  await activateModel(store.db, wanted.id).catch(refuseUnusable(wanted.name));
  await interaction.editReply(
    before && before.id !== wanted.id
      ? learning.models.activated(wanted.name, before.name)
      : learning.models.alreadyActive(wanted.name),
  );
};

const goBack: VersionCommand = async (interaction, { store, messages: { learning } }) => {
  const { from, to } = await rollBackModel(store.db).catch((error: unknown) => {
    if (error instanceof ChispaError && error.code === 'nothing-to-roll-back')
      throw new Refusal((m) => m.learning.refusal.nothingToRollBack);
    throw error;
  });
  await interaction.editReply(learning.models.rolledBack(to.name, from.name));
};

const pause: VersionCommand = async (interaction, { store, messages: { learning } }) => {
  const paused = interaction.options.getBoolean('activado', true);
  await pauseLearning(store.db, paused);
  await interaction.editReply(paused ? learning.models.pausedNow : learning.models.resumedNow);
};

/** For moderators and the host. */
export const FOR_MODERATORS: ReadonlyMap<string, VersionCommand> = new Map([
  ['lista', list],
  ['detalle', show],
]);
/** For the host only. */
export const FOR_HOSTS: ReadonlyMap<string, VersionCommand> = new Map([
  ['entrenar', train],
  ['activar', activate],
  ['volver', goBack],
  ['pausar', pause],
]);

const viewerOf = (
  interaction: ChatInputCommandInteraction,
  { settings, isHost }: CommandContext,
): Viewer => ({
  pinnedId: settings.of(homeGuild(interaction)).modelVersionId,
  isHost: isHost(interaction.user.id),
});

/** The version named by the `version` option. Throws a `Refusal` if there is no such version. */
function namedIn(models: RatedModel[], { options }: ChatInputCommandInteraction): RatedModel {
  const name = options.getString('version', true);
  const model = models.find((one) => one.name === name);
  if (!model) throw new Refusal((m) => m.refusal.unknownModel);
  return model;
}
