/*
 * CPU models and the fields of their ID registers, for QMP
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TARGET_ARM_IDREGS_MODELS_H
#define TARGET_ARM_IDREGS_MODELS_H

#include "qapi/visitor.h"
#include "qobject/qdict.h"
#include "qom/object.h"
#include "target/arm/idregs.h"

/* Properties of CPU models, NULL at the end; in arm-qmp-cmds.c */
extern const char *cpu_model_advertised_features[];

/**
 * idreg_property_name: the property that a field is set with
 * @reg: of idregs[]
 * @field: of @reg
 *
 * Returns: "SYSREG_ID_AA64ISAR0_EL1_AES", to be freed.
 */
char *idreg_property_name(const IDReg *reg, const IDRegField *field);

/**
 * arm_cpu_model_is_settled: whether KVM settles a model with the host
 * @oc: class of a CPU
 *
 * Such a model either is a CPU that this host can have, or finalizing its
 * features is an error that says why not.
 */
bool arm_cpu_model_is_settled(ObjectClass *oc);

/**
 * arm_cpu_set_idreg_props: set the fields that a model names
 * @obj: an Arm CPU, not realized
 * @props: the properties of the model, by name
 * @visitor: of @props, within its struct
 *
 * Properties that are no fields are left to the caller.
 */
void arm_cpu_set_idreg_props(Object *obj, const QDict *props,
                             Visitor *visitor, Error **errp);

/**
 * arm_cpu_put_idreg_props: the fields of a model with their values
 * @obj: an Arm CPU, with its features finalized
 * @props: where the fields are added that are properties of @obj
 */
void arm_cpu_put_idreg_props(Object *obj, QDict *props);

#endif
