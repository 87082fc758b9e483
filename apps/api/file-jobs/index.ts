export { FileJobs, type FileJob, type JobReport } from './file-jobs';
export { FILES_ADDRESS } from './files-address';
export { jobHead, jobOptional } from './job-schemas';
export { ApiFiles, ApiJobPaging, FilesQuery, JobsQuery, jobPage, tableFile, takeIn } from './job-requests';
export { mappingOf, type FormFile } from './received-files';
