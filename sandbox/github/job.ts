// A workflow job as GitHub knows it, and the claims its OIDC token makes about it. Claims and forms of the subject:
// GitHub docs, "OpenID Connect reference".

export type Repository = {
  /** `owner/name` */
  readonly fullName: string;
  readonly id: string;
  readonly ownerId: string;
};

export type Job = {
  readonly repository: Repository;
  readonly eventName: string;
  readonly ref: string;
  readonly sha: string;
  /** Branches of a pull request, else empty. */
  readonly headRef: string;
  readonly baseRef: string;
  readonly runId: string;
  readonly runNumber: string;
  readonly runAttempt: string;
  readonly actor: string;
  readonly actorId: string;
  readonly workflow: string;
  readonly workflowFile: string;
  readonly environment?: string;
};

/** The repository whose jobs the tutorial's trust policies admit. */
export const exampleRepository: Repository = {
  fullName: 'example-org/log-archive',
  id: '812345678',
  ownerId: '12345678',
};

/**
 * How the subject names the repository: `classic` is `repo:O/R:…`; `immutable`, the form of repositories made after
 * 2026-07-15, is `repo:O@OID/R@RID:…`.
 */
export type SubjectForm = 'classic' | 'immutable';

function subjectOf(job: Job, form: SubjectForm): string {
  return `${repositoryInSubject(job.repository, form)}:${contextInSubject(job)}`;
}

/** The beginning of every subject of a repository, without the colon that follows. */
export function repositoryInSubject(repository: Repository, form: SubjectForm): string {
  const [owner = '', name = ''] = repository.fullName.split('/');
  return form === 'classic'
    ? `repo:${repository.fullName}`
    : `repo:${owner}@${repository.ownerId}/${name}@${repository.id}`;
}

/** An environment comes before everything else, a pull request before its ref; a colon in a value is escaped. */
function contextInSubject(job: Job): string {
  if (job.environment !== undefined) {
    return `environment:${job.environment.replaceAll(':', '%3A')}`;
  }
  return job.eventName === 'pull_request'
    ? 'pull_request'
    : `ref:${job.ref.replaceAll(':', '%3A')}`;
}

export function claimsOf(job: Job, form: SubjectForm): Record<string, string> {
  const [owner = ''] = job.repository.fullName.split('/');
  const workflowRef = `${job.repository.fullName}/.github/workflows/${job.workflowFile}@${job.ref}`;
  return {
    sub: subjectOf(job, form),
    ref: job.ref,
    ref_type: job.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    ref_protected: 'true',
    sha: job.sha,
    repository: job.repository.fullName,
    repository_id: job.repository.id,
    repository_owner: owner,
    repository_owner_id: job.repository.ownerId,
    repository_visibility: 'private',
    run_id: job.runId,
    run_number: job.runNumber,
    run_attempt: job.runAttempt,
    actor: job.actor,
    actor_id: job.actorId,
    workflow: job.workflow,
    workflow_ref: workflowRef,
    workflow_sha: job.sha,
    job_workflow_ref: workflowRef,
    job_workflow_sha: job.sha,
    head_ref: job.headRef,
    base_ref: job.baseRef,
    event_name: job.eventName,
    runner_environment: 'github-hosted',
    ...(job.environment !== undefined && { environment: job.environment }),
  };
}
