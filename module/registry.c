// SPDX-License-Identifier: GPL-2.0
/*
 * The registry of images: a hash by program, plus the list of those that wait
 * for their second pass. Its lock is held for look-ups only; an image is
 * owned by whoever compiles or frees its program, which the core serialises.
 */
#include <linux/hashtable.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>

#include "bjn.h"
#include "compat/compat.h"
#include "registry.h"

static DEFINE_HASHTABLE(images, 10);
static LIST_HEAD(pending);
static DEFINE_SPINLOCK(lock);

static struct bjn_image *find_locked(const struct bpf_prog *prog)
{
	struct bjn_image *img;

	hash_for_each_possible(images, img, node, (unsigned long)prog)
		if (img->prog == prog)
			return img;
	return NULL;
}

static void forget_locked(struct bjn_image *img)
{
	hash_del(&img->node);
	list_del_init(&img->pending);
}

/**
 * bjn_registry_add - remember an image
 * @img: image, with prog and group set
 * @is_pending: a second pass will follow
 */
void bjn_registry_add(struct bjn_image *img, bool is_pending)
{
	INIT_LIST_HEAD(&img->pending);
	spin_lock(&lock);
	hash_add(images, &img->node, (unsigned long)img->prog);
	if (is_pending)
		list_add_tail(&img->pending, &pending);
	spin_unlock(&lock);
}

/**
 * bjn_registry_find - is a program ours?
 * @prog: program
 *
 * Return: its image, or NULL.
 */
struct bjn_image *bjn_registry_find(const struct bpf_prog *prog)
{
	struct bjn_image *img;

	spin_lock(&lock);
	img = find_locked(prog);
	spin_unlock(&lock);
	return img;
}

/**
 * bjn_registry_at - find a final image by its address
 * @addr: bpf_func of a program that will not be freed meanwhile
 *
 * Looks at all images. Return: its image, or NULL.
 */
struct bjn_image *bjn_registry_at(unsigned long addr)
{
	struct bjn_image *img, *found = NULL;
	int i;

	spin_lock(&lock);
	hash_for_each(images, i, img, node) {
		if ((unsigned long)img->mem.ro == addr && list_empty(&img->pending))
			found = img;
	}
	spin_unlock(&lock);
	return found;
}

/**
 * bjn_registry_take - forget a program
 * @prog: program
 *
 * Return: its image, now the caller's, or NULL.
 */
struct bjn_image *bjn_registry_take(const struct bpf_prog *prog)
{
	struct bjn_image *img;

	spin_lock(&lock);
	img = find_locked(prog);
	if (img)
		forget_locked(img);
	spin_unlock(&lock);
	return img;
}

/**
 * bjn_registry_has_group - has a program a subprogram that waits for its
 *	second pass with us?
 * @group: bjn_group_key()
 */
bool bjn_registry_has_group(const void *group)
{
	struct bjn_image *img;
	bool found = false;

	spin_lock(&lock);
	list_for_each_entry(img, &pending, pending) {
		found = img->group == group;
		if (found)
			break;
	}
	spin_unlock(&lock);
	return found;
}

/**
 * bjn_registry_any - is something true of a subprogram that waits for its
 *	second pass with us?
 * @group: bjn_group_key()
 * @test: what shall be true; called with the lock held
 */
bool bjn_registry_any(const void *group, bool (*test)(const struct bpf_prog *prog))
{
	struct bjn_image *img;
	bool found = false;

	spin_lock(&lock);
	list_for_each_entry(img, &pending, pending) {
		found = img->group == group && test(img->prog);
		if (found)
			break;
	}
	spin_unlock(&lock);
	return found;
}

/**
 * bjn_registry_take_group - forget the oldest waiting subprogram of a program
 * @group: bjn_group_key()
 *
 * Return: its image, now the caller's, or NULL when none is left.
 */
struct bjn_image *bjn_registry_take_group(const void *group)
{
	struct bjn_image *img, *found = NULL;

	spin_lock(&lock);
	list_for_each_entry(img, &pending, pending) {
		if (img->group != group)
			continue;
		found = img;
		forget_locked(img);
		break;
	}
	spin_unlock(&lock);
	return found;
}

/**
 * bjn_registry_final - an image has had its second pass
 * @img: image
 */
void bjn_registry_final(struct bjn_image *img)
{
	spin_lock(&lock);
	list_del_init(&img->pending);
	spin_unlock(&lock);
}

/**
 * bjn_registry_show - one line per live image of ours
 * @m: seq_file of debugfs
 * @v: unused
 */
int bjn_registry_show(struct seq_file *m, void *v)
{
	struct bjn_image *img;
	int i;

	spin_lock(&lock);
	hash_for_each(images, i, img, node)
		seq_printf(m, "name=%s func=%u image=0x%lx insns=%u bytes=%u extable=%u pending=%d\n",
			   bjn_prog_name(img->prog), img->prog->aux->func_idx,
			   (unsigned long)img->mem.ro, img->prog->len, img->bytes,
			   img->nr_ex, !list_empty(&img->pending));
	spin_unlock(&lock);
	return 0;
}
